// SPDX-License-Identifier: MIT
// Thread block clusters and cooperative groups that read the place in the grid.
#include <cooperative_groups.h>
namespace cg = cooperative_groups;
__global__ void __cluster_dims__(2, 1, 1) fixed(unsigned *out)
{
    cg::cluster_group cluster = cg::this_cluster();
    __shared__ unsigned s;
    s = cg::this_grid().block_rank();
    cluster.sync();
    out[blockIdx.x] = *cluster.map_shared_rank(&s, cluster.block_rank() ^ 1) +
                      cg::this_grid().cluster_rank() + cg::this_grid().num_clusters();
}
__global__ void any_size(unsigned *out)
{
    out[blockIdx.x] = cg::this_cluster().num_blocks() + cg::this_grid().thread_rank();
}
