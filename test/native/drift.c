/* drift clocks|steps COUNT SEED: the sound of random clocks. Every sample is worth the time at which it was made, s, so that what
 * leaves says how far it is from its place. Each case has a seed of its own: `drift clocks 1 SEED` repeats it. */
#include "clock/drift.c"

#include "check.h"

/* Where the stream begins, s. */
#define BEGIN 1.0
/* A float that holds 100 s, weighed with 32 taps, is as near as that to what it should be, s. */
#define DUST 100e-6

typedef struct {
  guint64 next;         /* sample number; 0 = none yet */
  double from;          /* only later samples are judged, s */
  double worst, at;     /* largest offset among them, s, and where it was */
  guint blocks;
} Ear;

static Ear ear;

static GstFlowReturn
hear (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  GstMapInfo map;
  CHECK (gst_buffer_map (buffer, &map, GST_MAP_READ) && map.size == sizeof (Frame) * R58_BLOCK, "a block of 480");
  guint64 first = GST_BUFFER_OFFSET (buffer);
  const Frame *sound = (const Frame *) map.data;
  CHECK (first % R58_BLOCK == 0 && GST_BUFFER_PTS (buffer) == first / R58_BLOCK * R58_BLOCK_NS, "on the grid");
  CHECK (!ear.next || first == ear.next || GST_BUFFER_IS_DISCONT (buffer), "block after block");
  for (guint i = 0; i < R58_BLOCK; i++) {
    double time = (first + i) / (double) R58_RATE, off = time - sound[i][0];
    CHECK (isfinite (sound[i][0]) && sound[i][0] == -sound[i][1], "both channels, %g and %g", sound[i][0], sound[i][1]);
    if (time > ear.from && fabs (off) > fabs (ear.worst)) {
      ear.worst = off;
      ear.at = time;
    }
  }
  ear.next = first + R58_BLOCK;
  ear.blocks++;
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  return GST_FLOW_OK;
}

static R58Drift *
drift_new (void)
{
  R58Drift *self = g_object_new (r58_drift_get_type (), NULL);
  GstPad *sink = gst_pad_new ("ear", GST_PAD_SINK);
  GstSegment segment;
  gst_object_ref_sink (self);
  gst_pad_set_chain_function (sink, hear);
  gst_pad_set_active (sink, TRUE);
  gst_pad_link (self->src, sink);
  gst_pad_set_active (self->src, TRUE);
  gst_segment_init (&segment, GST_FORMAT_TIME);
  self->segment = segment;
  ear = (Ear) { .from = 1e9 };
  return self;
}

static void
drift_end (R58Drift *self)
{
  GstPad *sink = gst_pad_get_peer (self->src);
  gst_pad_unlink (self->src, sink);
  gst_object_unref (sink);
  gst_object_unref (sink);
  gst_object_unref (self);
}

typedef struct {
  double ppm, jitter; /* s, either way */
  guint size;         /* samples of a buffer; 0: each another */
  double made;        /* when the next sample is made, s */
  double ahead;       /* what the timestamps say beyond it, s */
} Clock;

/* Feeds so many seconds. */
static void
feed (R58Drift *self, Clock *clock, double seconds)
{
  double period = 1 / (R58_RATE * (1 + clock->ppm * 1e-6));
  for (double end = clock->made + seconds; clock->made < end;) {
    guint n = clock->size ? clock->size : 48 + check_below (2880);
    Frame *sound = g_new (Frame, n);
    for (guint i = 0; i < n; i++) {
      sound[i][0] = clock->made + clock->ahead + i * period;
      sound[i][1] = -sound[i][0];
    }
    GstBuffer *buffer = gst_buffer_new_wrapped (sound, n * sizeof (Frame));
    double stamp = clock->made + clock->ahead + clock->jitter * (2 * check_share () - 1);
    GST_BUFFER_PTS (buffer) = stamp * GST_SECOND + 0.5;
    CHECK (drift_chain (self->sink, GST_OBJECT (self), buffer) == GST_FLOW_OK, "flow");
    clock->made += n * period;
  }
}

static Clock
some_clock (double most_ppm)
{
  const guint sizes[] = { 0, 480, 960, 1024 };
  return (Clock) { most_ppm * (2 * check_share () - 1), check_below (2) ? 0 : check_share () * 0.012,
    sizes[check_below (G_N_ELEMENTS (sizes))], BEGIN, 0 };
}

/* On the way a clock that is `ppm` off may be heard up to so much off: the loop needs 2.8 s of it. */
static double
way (const Clock *clock)
{
  return fabs (clock->ppm) * 2.9e-6 + 0.5 * clock->jitter + DUST;
}

/* The jitter that is left when it was averaged. */
static double
rest (const Clock *clock)
{
  return 0.3 * clock->jitter + DUST;
}

#define SAYS "seed %" G_GUINT64_FORMAT ", %.0f ppm, jitter of %.2f ms, buffers of %u: "
#define OF seed, clock.ppm, clock.jitter * 1e3, clock.size

/* Any clock within 500 ppm is followed without a splice. Within 400 nothing is left after a minute; nearer to the edge there is
 * little left to make up for what came on the way. */
static void
clocks (guint64 seed)
{
  check_seed (seed);
  R58Drift *self = drift_new ();
  Clock clock = some_clock (check_below (4) ? 400 : 500);
  ear.from = BEGIN + 1;
  feed (self, &clock, 60);
  CHECK (fabs (ear.worst) <= way (&clock), SAYS "%.3f ms off at %.1f s", OF, ear.worst * 1e3, ear.at);
  ear.from = ear.next / (double) R58_RATE;
  ear.worst = 0;
  feed (self, &clock, 30);
  double most = fabs (clock.ppm) <= 400 ? rest (&clock) : way (&clock);
  CHECK (fabs (ear.worst) <= most, SAYS "%.3f ms off at %.1f s, after a minute", OF, ear.worst * 1e3, ear.at);
  CHECK (fabs (clock.ppm) > 400 || clock.jitter > 0 || fabs (self->rate * 1e6 - clock.ppm) < 1, SAYS "%.2f ppm found", OF,
      self->rate * 1e6);
  CHECK (self->slips == 0 && self->gaps == 0 && ear.blocks > 8900, SAYS "%" G_GUINT64_FORMAT " slips, %" G_GUINT64_FORMAT " gaps, %u blocks",
      OF, self->slips, self->gaps, ear.blocks);
  drift_end (self);
}

/* Timestamps that step: each step is one splice that is counted, and afterwards the sound is in its place. */
static void
steps (guint64 seed)
{
  check_seed (seed);
  R58Drift *self = drift_new ();
  Clock clock = some_clock (300);
  guint64 gaps = 0, slips = 0;
  feed (self, &clock, 30);
  for (guint i = 0; i < 4; i++) {
    gboolean forward = check_below (2);
    double step = 0.06 + check_share () * (forward ? 2 : 0.8);
    clock.ahead += forward ? step : -step;
    *(forward ? &gaps : &slips) += 1;
    ear.from = clock.made + clock.ahead + 25;
    ear.worst = 0;
    feed (self, &clock, 30);
    CHECK (self->slips == slips && self->gaps == gaps, SAYS "%" G_GUINT64_FORMAT " slips of %" G_GUINT64_FORMAT ", %" G_GUINT64_FORMAT
        " gaps of %" G_GUINT64_FORMAT " after a step of %.3f s", OF, self->slips, slips, self->gaps, gaps, forward ? step : -step);
    CHECK (fabs (ear.worst) <= rest (&clock), SAYS "%.3f ms off at %.1f s, after a step of %.3f s", OF, ear.worst * 1e3, ear.at,
        forward ? step : -step);
  }
  drift_end (self);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  guint64 seed = g_ascii_strtoull (argv[3], NULL, 10);
  for (gint i = 0; i < atoi (argv[2]); i++)
    (g_str_equal (argv[1], "clocks") ? clocks : steps) (seed + i);
  return 0;
}
