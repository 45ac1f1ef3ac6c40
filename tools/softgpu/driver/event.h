/* SPDX-License-Identifier: MIT
 *
 * event.h - recording events, for all who do.
 */
#ifndef SOFTGPU_DRIVER_EVENT_H
#define SOFTGPU_DRIVER_EVENT_H

#include "tools/softgpu/driver/driver.h"

/* Behind all that is on the stream, or as part of its capture. */
CUresult event_record(CUevent event, struct CUstream_st *stream);

#endif
