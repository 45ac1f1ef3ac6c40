/* SPDX-License-Identifier: MIT
 *
 * kernels.cu - kernels.cuh as a file of its own, which becomes the PTX that `sliver rewrite` is
 * given for twin_cost.
 */
#include "kernels.cuh"
