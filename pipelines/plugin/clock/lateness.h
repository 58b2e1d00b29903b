/* How late the buffers of a stream come, by their timestamps. */
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

/* Later than this is an outage: no delay is made for it. */
#define R58_LATE_MAX_MS 300

/* The last 5 to 10 seconds, in two halves that take turns. All zero is the beginning. */
typedef struct {
  guint32 count[2][R58_LATE_MAX_MS]; /* buffers by whole ms */
  guint32 total[2];
  guint half;
  GstClockTime since; /* the current half began */
} R58Lateness;

void r58_lateness_note (R58Lateness *self, GstClockTime now, GstClockTimeDiff late);
/* The lateness that 99 of 100 buffers do not exceed, ms; -1 as long as there are too few to tell. */
gint r58_lateness_p99_ms (const R58Lateness *self);

G_END_DECLS
