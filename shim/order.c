/* SPDX-License-Identifier: MIT
 *
 * order.c - what comes behind held slices is submitted behind them.
 *
 * Nothing is held back yet, so there is never anything to submit first.
 */
#include "shim/order.h"

_Atomic unsigned shim_held_count;

void shim_order_stream(CUstream stream, enum driver_flavour flavour)
{
    (void)stream;
    (void)flavour;
}

void shim_sync_stream(CUstream stream, enum driver_flavour flavour)
{
    shim_order_stream(stream, flavour);
}

void shim_order_context(CUcontext context)
{
    (void)context;
}

void shim_sync_context(CUcontext context)
{
    shim_order_context(context);
}

void shim_order_all(void)
{
}
