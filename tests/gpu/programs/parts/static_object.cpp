// SPDX-License-Identifier: MIT
//
// The object of static_constructor.cu that launches before main.
void launch_early();

static struct launcher {
    launcher()
    {
        launch_early();
    }
} before_main;
