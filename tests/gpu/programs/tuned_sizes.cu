// SPDX-License-Identifier: MIT
//
// What tuned_sizes.h says, with some milliseconds a wave.
// build: $NVCC -arch=sm_90 $IN -o $BIN
// modes: auto-*
// timeout: 120
#include "tuned_sizes.h"

int main()
{
    return tuned_sizes<256, 12000>(12);
}
