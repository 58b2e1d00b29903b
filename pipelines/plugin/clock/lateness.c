#include "clock/lateness.h"

#include <string.h>

#define HALF_NS (5 * GST_SECOND)
/* Two seconds of 25 frames: the worst one of fewer says little. */
#define ENOUGH 50

void
r58_lateness_note (R58Lateness *self, GstClockTime now, GstClockTimeDiff late)
{
  if (now >= self->since + HALF_NS) {
    self->half = !self->half;
    memset (self->count[self->half], 0, sizeof self->count[self->half]);
    self->total[self->half] = 0;
    self->since = now;
  }
  gint64 ms = (MAX (late, 0) + GST_MSECOND - 1) / GST_MSECOND;
  if (ms >= R58_LATE_MAX_MS)
    return;
  self->count[self->half][ms]++;
  self->total[self->half]++;
}

gint
r58_lateness_p99_ms (const R58Lateness *self)
{
  guint total = self->total[0] + self->total[1];
  if (total < ENOUGH)
    return -1;
  guint later = total / 100, ms = R58_LATE_MAX_MS - 1;
  for (guint seen = 0; ms > 0; ms--) {
    seen += self->count[0][ms] + self->count[1][ms];
    if (seen > later)
      break;
  }
  return ms;
}
