/* r58drift: brings the sound of a source with a clock of its own to the machine's sample grid.
 *
 * A sound card, a guest's computer or an encoder makes 48 000 samples in what it takes for a second; 50 ppm off are
 * 180 ms an hour. The element compares how many samples came with the timestamps they came with, lets a PI loop find
 * the rate, resamples by at most 500 ppm (0.9 cents) and gives blocks of 480 whose PTS lie on the grid of
 * 10 ms of the monotonic clock. The PTS stay true: a sample leaves with the time it came with, give or take the jitter
 * that the loop has taken out.
 *
 * What cannot be bent is spliced: sound that is missing becomes silence (`gaps`), sound whose time has passed is left
 * out (`slips`), both over fades of 2 ms. */
#include "common/element.h"

#include <gst/audio/audio.h>

#include <math.h>
#include <string.h>

GST_DEBUG_CATEGORY_STATIC (r58_drift_debug);
#define GST_CAT_DEFAULT r58_drift_debug

/* Windowed sinc: 32 taps, a table of 512 phases with linear interpolation between them. Kaiser beta 9: stop band and
 * table error are below -90 dB; the pass band ends at 20 kHz. */
#define TAPS 32
#define HALF (TAPS / 2)
#define PHASES 512
#define KAISER_BETA 9.0
#define CUTOFF 0.94

/* 2 ms; this much sound is held back, so that it can be faded when nothing follows. */
#define FADE 96
#define HOLD (HALF + FADE)
/* Resampling cannot follow a larger step of the timestamps: 40 ms take 80 s at 500 ppm. */
#define STEP (R58_RATE * 40 / 1000)
/* What upstream itself calls a discontinuity. */
#define STEP_DISCONT (R58_RATE * 5 / 1000)
/* Timestamps of packets that a busy machine received late step away and come back: without the flag a step counts only
 * once it has lasted for this much sound, or is larger than any lateness. */
#define STEP_LASTS (R58_RATE / 10)
#define STEP_CERTAIN (R58_RATE / 5)
/* Averaged over JITTER_S; bending would take 20 s and more to make up for it. */
#define STEP_LASTING (R58_RATE * 10 / 1000)
/* The latest timestamps give the size of such a step: the average over JITTER_S still lags. */
#define STEP_LATEST_S 0.2
/* A longer gap is not filled: the next block follows it with the flag DISCONT. */
#define GAP_MAX R58_RATE
/* The first timestamps of a stream are its worst (a jitter buffer that fills): this much sound is only measured. */
#define SETTLE (R58_RATE / 5)
#define SETTLE_BUFFERS 64

/* Critically damped, 0.15 rad/s: 200 ppm are found within 20 s with an error of at most 0.5 ms on the way. */
#define LOOP_KP 0.3
#define LOOP_KI 0.0225
/* Jitter of single timestamps is averaged over 1 s first. */
#define JITTER_S 1.0
#define RATE_MAX 500e-6

/* Of sound. */
#define STATS_EVERY (500 * GST_MSECOND)

typedef gfloat Frame[R58_CHANNELS];

typedef struct {
  GstElement parent;
  GstPad *sink, *src;
  GstSegment segment;

  /* Streaming thread. Samples that came, in order; `pos` is where in them the next output sample lies. */
  Frame *in;
  guint in_len, in_size;
  gdouble pos;
  guint64 next;        /* absolute number of the next output sample */
  gboolean begun;
  guint64 skip;        /* samples to leave out: their time has passed */
  guint xfade, fade_in; /* samples still to be mixed into the tail, or to be raised from nothing */

  /* While settling: samples seen, and for each buffer where the first sample would have been by its timestamp. */
  guint64 settle_samples;
  gdouble origins[SETTLE_BUFFERS];
  guint n_origins;

  guint stepped;       /* samples whose timestamps were a step away, on end */
  gdouble error, latest, integral, rate; /* s; relative: 100e-6 takes in 100 ppm more than it gives out */

  Frame block[R58_BLOCK];
  guint filled;
  gboolean opened, discont;
  guint64 blocks, slips, gaps;
  GstClockTime stats_at;
} R58Drift;

typedef struct {
  GstElementClass parent;
} R58DriftClass;

GType r58_drift_get_type (void);
G_DEFINE_TYPE (R58Drift, r58_drift, GST_TYPE_ELEMENT)
#define R58_DRIFT(o) ((R58Drift *) (o))

static GstStaticPadTemplate sink_template = GST_STATIC_PAD_TEMPLATE ("sink", GST_PAD_SINK, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (R58_AUDIO_CAPS));
static GstStaticPadTemplate src_template = GST_STATIC_PAD_TEMPLATE ("src", GST_PAD_SRC, GST_PAD_ALWAYS,
    GST_STATIC_CAPS (R58_AUDIO_CAPS));

/* ---- interpolation ---- */

static gfloat sinc[PHASES + 1][TAPS];

static gdouble
bessel_i0 (gdouble x)
{
  gdouble sum = 1, term = 1;
  for (gint k = 1; term > sum * 1e-12; k++) {
    term *= (x / (2 * k)) * (x / (2 * k));
    sum += term;
  }
  return sum;
}

static void
make_table (void)
{
  for (gint phase = 0; phase <= PHASES; phase++) {
    gdouble sum = 0, row[TAPS];
    for (gint tap = 0; tap < TAPS; tap++) {
      gdouble x = tap - (HALF - 1) - (gdouble) phase / PHASES, edge = x / HALF;
      gdouble window = fabs (edge) < 1 ? bessel_i0 (KAISER_BETA * sqrt (1 - edge * edge)) / bessel_i0 (KAISER_BETA) : 0;
      row[tap] = window * (x == 0 ? CUTOFF : sin (G_PI * CUTOFF * x) / (G_PI * x));
      sum += row[tap];
    }
    for (gint tap = 0; tap < TAPS; tap++)
      sinc[phase][tap] = row[tap] / sum;
  }
}

/* The sound between two samples; nothing lies before the first. */
static void
interpolate (R58Drift *self, gdouble pos, gfloat *out)
{
  gdouble whole = floor (pos), phase = (pos - whole) * PHASES;
  gint row = (gint) phase, first = (gint) whole - (HALF - 1);
  gfloat between = phase - row, left = 0, right = 0;
  for (gint tap = MAX (0, -first); tap < TAPS; tap++) {
    gfloat weight = sinc[row][tap] + (sinc[row + 1][tap] - sinc[row][tap]) * between;
    left += weight * self->in[first + tap][0];
    right += weight * self->in[first + tap][1];
  }
  out[0] = left;
  out[1] = right;
}

/* ---- what came ---- */

static Frame *
append (R58Drift *self, guint n)
{
  if (self->in_len + n > self->in_size) {
    self->in_size = (self->in_len + n) * 2;
    self->in = g_renew (Frame, self->in, self->in_size);
  }
  self->in_len += n;
  return self->in + self->in_len - n;
}

/* What was played is no longer needed, except for the taps before it. */
static void
forget (R58Drift *self)
{
  gdouble keep = floor (self->pos) - HALF;
  if (keep < R58_RATE / 10)
    return;
  guint n = MIN ((guint) keep, self->in_len);
  memmove (self->in, self->in + n, (self->in_len - n) * sizeof (Frame));
  self->in_len -= n;
  self->pos -= n;
}

static void
scale (Frame *frame, gfloat gain)
{
  for (guint c = 0; c < R58_CHANNELS; c++)
    (*frame)[c] *= gain;
}

/* Lets what is left unplayed run out. */
static void
fade_out (R58Drift *self)
{
  guint n = MIN (FADE, self->in_len);
  for (guint i = 0; i < n; i++)
    scale (&self->in[self->in_len - n + i], 1.0f - (i + 1) / (gfloat) n);
}

/* Takes samples in, as the splices before them want it. */
static void
take (R58Drift *self, const Frame *from, guint n)
{
  guint left_out = MIN (self->skip, n);
  self->skip -= left_out;
  for (guint i = left_out; i < n; i++) {
    if (self->xfade > 0) {
      gfloat weight = (FADE - self->xfade + 1) / (gfloat) FADE;
      Frame *to = &self->in[self->in_len - self->xfade--];
      for (guint c = 0; c < R58_CHANNELS; c++)
        (*to)[c] += (from[i][c] - (*to)[c]) * weight;
      continue;
    }
    Frame *to = append (self, 1);
    memcpy (to, from + i, sizeof (Frame));
    if (self->fade_in > 0)
      scale (to, 1.0f - self->fade_in-- / (gfloat) FADE);
  }
}

/* ---- what leaves ---- */

static void
open_stream (R58Drift *self)
{
  if (self->opened)
    return;
  self->opened = TRUE;
  gchar *id = gst_pad_create_stream_id (self->src, GST_ELEMENT (self), NULL);
  gst_pad_push_event (self->src, gst_event_new_stream_start (id));
  g_free (id);
  GstCaps *caps = gst_caps_from_string (R58_AUDIO_CAPS);
  gst_pad_push_event (self->src, gst_event_new_caps (caps));
  gst_caps_unref (caps);
  GstSegment segment;
  gst_segment_init (&segment, GST_FORMAT_TIME);
  gst_pad_push_event (self->src, gst_event_new_segment (&segment));
}

static GstFlowReturn
push_block (R58Drift *self)
{
  guint64 first = self->next - R58_BLOCK;
  GstClockTime t = first / R58_BLOCK * R58_BLOCK_NS, base = gst_element_get_base_time (GST_ELEMENT (self));
  self->filled = 0;
  if (t < base) /* before the pipeline began: no timestamp can say so */
    return GST_FLOW_OK;
  GstBuffer *buffer = gst_buffer_new_memdup (self->block, sizeof self->block);
  GST_BUFFER_PTS (buffer) = t - base;
  GST_BUFFER_DURATION (buffer) = R58_BLOCK_NS;
  GST_BUFFER_OFFSET (buffer) = first;
  GST_BUFFER_OFFSET_END (buffer) = self->next;
  if (self->discont)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  self->discont = FALSE;
  self->blocks++;
  open_stream (self);
  return gst_pad_push (self->src, buffer);
}

static GstFlowReturn
give (R58Drift *self)
{
  GstFlowReturn flow = GST_FLOW_OK;
  gdouble step = 1 + self->rate;
  while (flow == GST_FLOW_OK && self->pos + HOLD < self->in_len) {
    interpolate (self, self->pos, self->block[self->filled++]);
    self->pos += step;
    self->next++;
    if (self->filled == R58_BLOCK)
      flow = push_block (self);
  }
  forget (self);
  return flow;
}

/* ---- time ---- */

/* Absolute sample number (with a fraction) at which the next sample to come would be played. */
static gdouble
predicted (R58Drift *self)
{
  gdouble ahead = (gdouble) self->in_len - self->pos - self->xfade - (gdouble) self->skip;
  return self->next + ahead / (1 + self->rate);
}

/* The first sample belongs to `at`. */
static void
begin (R58Drift *self, gdouble at)
{
  guint64 block = MAX (at, 0) / R58_BLOCK;
  self->begun = TRUE;
  self->discont = TRUE;
  self->in_len = self->filled = 0;
  self->skip = self->xfade = 0;
  self->fade_in = FADE;
  self->next = MAX (block * R58_BLOCK, self->next);
  self->pos = self->next - at;
  self->error = self->latest = 0;
}

/* Only measures; begins after SETTLE samples with the median of what it saw: some timestamps may be far off. */
static void
settle (R58Drift *self, gdouble at, guint n)
{
  gdouble origin = at - self->settle_samples;
  guint place = MIN (self->n_origins, SETTLE_BUFFERS - 1);
  for (; place > 0 && self->origins[place - 1] > origin; place--)
    self->origins[place] = self->origins[place - 1];
  self->origins[place] = origin;
  self->n_origins = MIN (self->n_origins + 1, SETTLE_BUFFERS);
  self->settle_samples += n;
  if (self->settle_samples >= SETTLE)
    begin (self, self->origins[self->n_origins / 2] + self->settle_samples);
}

static void
unsettle (R58Drift *self)
{
  self->begun = FALSE;
  self->settle_samples = self->n_origins = 0;
}

/* Samples are missing before the next one. */
static GstFlowReturn
gap (R58Drift *self, guint64 missing)
{
  self->gaps++;
  if (self->skip >= missing) {
    self->skip -= missing;
    return GST_FLOW_OK;
  }
  missing -= self->skip;
  fade_out (self);
  gboolean fill = missing <= GAP_MAX;
  guint silence = fill ? missing : HOLD + R58_BLOCK + 1;
  memset (append (self, silence), 0, silence * sizeof (Frame));
  self->fade_in = FADE;
  self->skip = self->xfade = 0;
  if (fill)
    return GST_FLOW_OK;
  GstFlowReturn flow = give (self);
  unsettle (self);
  return flow;
}

/* The next samples are earlier than what was played: those whose time has passed are left out. */
static void
slip (R58Drift *self, guint64 passed)
{
  guint tail = MIN (FADE, self->in_len);
  self->slips++;
  self->skip += passed - MIN (passed, tail - MIN (tail, self->xfade));
  self->xfade = tail;
}

static GstFlowReturn
steer (R58Drift *self, gdouble error_s, gdouble dt)
{
  self->error += (error_s - self->error) * MIN (1, dt / JITTER_S);
  self->latest += (error_s - self->latest) * MIN (1, dt / STEP_LATEST_S);
  if (fabs (self->error) * R58_RATE > STEP_LASTING) {
    gdouble step = round (self->latest * R58_RATE);
    self->error = self->latest = 0;
    if (step > 0)
      return gap (self, (guint64) step);
    slip (self, (guint64) -step);
    return GST_FLOW_OK;
  }
  /* Timestamps that run ahead of the count want fewer samples taken in. */
  self->integral = CLAMP (self->integral - LOOP_KI * self->error * dt, -RATE_MAX, RATE_MAX);
  self->rate = CLAMP (self->integral - LOOP_KP * self->error, -RATE_MAX, RATE_MAX);
  return GST_FLOW_OK;
}

static void
post_stats (R58Drift *self)
{
  JsonBuilder *b = r58_json_begin ();
  r58_json_int (b, "blocks", self->blocks);
  r58_json_int (b, "slips", self->slips);
  r58_json_int (b, "gaps", self->gaps);
  r58_json_double (b, "ppm", round (self->rate * 1e7) / 10);
  r58_json_double (b, "offsetUs", round (self->error * 1e6));
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

static GstFlowReturn
drift_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  R58Drift *self = R58_DRIFT (parent);
  GstFlowReturn flow = GST_FLOW_OK;
  GstMapInfo map;
  guint64 running = gst_segment_to_running_time (&self->segment, GST_FORMAT_TIME, GST_BUFFER_PTS (buffer));
  gboolean discont = GST_BUFFER_IS_DISCONT (buffer);
  if (!GST_CLOCK_TIME_IS_VALID (running) || !gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    gst_buffer_unref (buffer);
    return GST_FLOW_OK;
  }
  guint n = map.size / sizeof (Frame);
  gdouble at = (gdouble) (running + gst_element_get_base_time (GST_ELEMENT (self))) * R58_RATE / GST_SECOND;
  if (self->begun) {
    gdouble error = at - predicted (self);
    self->stepped = fabs (error) > STEP ? self->stepped + n : 0;
    gboolean step = self->stepped > STEP_LASTS || fabs (error) > STEP_CERTAIN ||
        (discont && fabs (error) > STEP_DISCONT);
    if (step && error > 0)
      flow = gap (self, (guint64) round (error));
    else if (step)
      slip (self, (guint64) round (-error));
    else if (self->stepped == 0)
      flow = steer (self, error / R58_RATE, (gdouble) n / R58_RATE);
    if (step)
      self->stepped = 0;
  }
  if (self->begun) {
    take (self, (const Frame *) map.data, n);
    if (flow == GST_FLOW_OK)
      flow = give (self);
  } else {
    settle (self, at, n);
  }
  gst_buffer_unmap (buffer, &map);
  gst_buffer_unref (buffer);
  if (running >= self->stats_at || running + STATS_EVERY < self->stats_at) {
    self->stats_at = running + STATS_EVERY;
    post_stats (self);
  }
  return flow;
}

/* ---- element ---- */

static void
reset (R58Drift *self)
{
  unsettle (self);
  gst_segment_init (&self->segment, GST_FORMAT_TIME);
  self->in_len = self->filled = 0;
  self->next = 0;
  self->stepped = 0;
  self->error = self->latest = self->integral = self->rate = 0;
  self->opened = FALSE;
  self->blocks = self->slips = self->gaps = 0;
  self->stats_at = 0;
}

static gboolean
drift_sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  R58Drift *self = R58_DRIFT (parent);
  switch (GST_EVENT_TYPE (event)) {
    case GST_EVENT_SEGMENT:
      gst_event_copy_segment (event, &self->segment);
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_STREAM_START:
    case GST_EVENT_CAPS:
    case GST_EVENT_GAP: /* a gap shows in the next timestamp */
      gst_event_unref (event);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      unsettle (self);
      break;
    case GST_EVENT_EOS:
      if (self->begun) {
        fade_out (self);
        memset (append (self, HOLD + R58_BLOCK + 1), 0, (HOLD + R58_BLOCK + 1) * sizeof (Frame));
        give (self);
      }
      open_stream (self);
      post_stats (self);
      break;
    default:
      break;
  }
  return gst_pad_event_default (pad, parent, event);
}

/* A sample waits for its block to be full, and for the hold. */
static gboolean
drift_src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gboolean live;
  GstClockTime min, max, own = gst_util_uint64_scale (R58_BLOCK + HOLD, GST_SECOND, R58_RATE);
  if (!gst_pad_peer_query (R58_DRIFT (parent)->sink, query))
    return FALSE;
  gst_query_parse_latency (query, &live, &min, &max);
  gst_query_set_latency (query, live, min + own, GST_CLOCK_TIME_IS_VALID (max) ? max + own : max);
  return TRUE;
}

static GstStateChangeReturn
drift_change_state (GstElement *element, GstStateChange transition)
{
  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    r58_force_clock (element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    reset (R58_DRIFT (element));
  return GST_ELEMENT_CLASS (r58_drift_parent_class)->change_state (element, transition);
}

static void
drift_finalize (GObject *object)
{
  g_free (R58_DRIFT (object)->in);
  G_OBJECT_CLASS (r58_drift_parent_class)->finalize (object);
}

static void
r58_drift_class_init (R58DriftClass *klass)
{
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  G_OBJECT_CLASS (klass)->finalize = drift_finalize;
  element->change_state = drift_change_state;
  gst_element_class_add_static_pad_template (element, &sink_template);
  gst_element_class_add_static_pad_template (element, &src_template);
  gst_element_class_set_static_metadata (element, "R58 drift", "Filter/Converter/Audio",
      "Brings sound with a clock of its own to the machine's sample grid: blocks of 480 with PTS on the 10 ms of the "
      "monotonic clock, resampled by at most 500 ppm; adds 12.4 ms of latency and no offset. Event: stats {blocks, "
      "slips, gaps, ppm, offsetUs} for every 500 ms of sound: slips left out what came too early for its place, "
      "gaps were filled with silence, ppm is how fast the source's clock runs, offsetUs what is still to be corrected",
      "R58 Studio");
  make_table ();
  GST_DEBUG_CATEGORY_INIT (r58_drift_debug, "r58drift", 0, "R58 drift");
}

static void
r58_drift_init (R58Drift *self)
{
  self->sink = gst_pad_new_from_static_template (&sink_template, "sink");
  gst_pad_set_chain_function (self->sink, drift_chain);
  gst_pad_set_event_function (self->sink, drift_sink_event);
  gst_element_add_pad (GST_ELEMENT (self), self->sink);
  self->src = gst_pad_new_from_static_template (&src_template, "src");
  gst_pad_set_query_function (self->src, drift_src_query);
  gst_pad_use_fixed_caps (self->src);
  gst_element_add_pad (GST_ELEMENT (self), self->src);
  reset (self);
}

gboolean
r58_drift_register (GstPlugin *plugin)
{
  return gst_element_register (plugin, "r58drift", GST_RANK_NONE, r58_drift_get_type ());
}
