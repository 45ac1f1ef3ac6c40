// SPDX-License-Identifier: MIT
//
// What tuned_sizes.h says, on two multiprocessors.
//
// env: SLIVER_SOFTGPU=sms=2
#include "tuned_sizes.h"

int main()
{
    return tuned_sizes<64, 100>(8);
}
