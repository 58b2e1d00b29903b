/* sound limiter|silence|slips|anything COUNT SEED: what the mixer's sound is made with, block by block. */
#include "mixer/audio.c"
#include "mixer/ring.c"

#include <float.h>

#include "check.h"

/* Neither louder than the ceiling nor than what came, one gain for both channels, and nothing at all below the knee. */
static void
limiter (guint blocks)
{
  MixLimiter l = { 0 };
  for (guint b = 0; b < blocks; b++) {
    MixBlock in, out;
    float level = check_below (4) ? check_share () : check_share () * 64 * MIX_SLOTS_MAX;
    guint kind = check_below (6);
    if (kind == 5)
      level *= 1e-39f;
    for (guint i = 0; i < R58_BLOCK; i++)
      for (guint c = 0; c < R58_CHANNELS; c++)
        in[i][c] = kind == 0 ? 0 : kind == 1 ? (check_below (2) ? level : -level) : level * (2 * check_share () - 1);
    memcpy (out, in, sizeof in);
    float before = l.envelope, peak = 0;
    limit (&l, out);
    for (guint i = 0; i < R58_BLOCK; i++) {
      peak = fmaxf (peak, fmaxf (fabsf (in[i][0]), fabsf (in[i][1])));
      for (guint c = 0; c < R58_CHANNELS; c++) {
        CHECK (isfinite (out[i][c]) && fabsf (out[i][c]) <= LIMIT_CEILING * 1.0001f, "%g of %g", out[i][c], in[i][c]);
        CHECK (fabsf (out[i][c]) <= fabsf (in[i][c]) && out[i][c] * in[i][c] >= 0, "%g of %g", out[i][c], in[i][c]);
      }
      float crossed = out[i][0] * in[i][1] - out[i][1] * in[i][0];
      CHECK (fabsf (crossed) <= 1e-5f * (1 + fabsf (in[i][0] * in[i][1])), "the channels keep their balance");
    }
    if (fmaxf (peak, before) <= LIMIT_KNEE)
      CHECK (memcmp (in, out, sizeof in) == 0, "below the knee nothing is changed");
  }
}

/* What has decayed is nothing, so that no number is ever too small for the processor to be quick with. */
static void
silence (void)
{
  MixLimiter l = { .envelope = 1 };
  MixBlock block;
  for (guint b = 0; b < 2000; b++) {
    memset (block, 0, sizeof block);
    limit (&l, block);
    CHECK (fpclassify (l.envelope) != FP_SUBNORMAL, "envelope %g after %u blocks", l.envelope, b);
  }
  CHECK (l.envelope == 0, "envelope %g after 20 s of silence", l.envelope);
  MixSlot slot = { .ring = g_new0 (gfloat, MIX_RING * R58_CHANNELS), .audio.missing = TRUE };
  r58_lock_init (&slot.lock);
  for (guint i = 0; i < R58_BLOCK * R58_CHANNELS; i++)
    slot.ring[i] = 1e-40f;
  slot.ring_end = R58_BLOCK;
  mix_ring_read (&slot, 0, block);
  for (guint i = 0; i < R58_BLOCK; i++)
    CHECK (fpclassify (block[i][0]) != FP_SUBNORMAL, "sample %u is %g", i, block[i][0]);
  g_free (slot.ring);
}

/* What may be in a block: sound, far too much of it, what decays, and what is no number. */
static gfloat
some_sample (guint kind)
{
  static const gfloat odd[] = { NAN, -NAN, INFINITY, -INFINITY, FLT_MAX, -FLT_MAX, 63.9f, -64, 1e-40f, -0.0f };
  switch (kind) {
    case 0:
      return odd[check_below (G_N_ELEMENTS (odd))];
    case 1:
      return check_below (50) ? 2 * check_share () - 1 : odd[check_below (G_N_ELEMENTS (odd))];
    case 2:
      return (2 * check_share () - 1) * 1e-39f;
    case 3:
      return (2 * check_share () - 1) * 63;
    case 4: {
      guint32 bits = check_random ();
      gfloat value;
      memcpy (&value, &bits, sizeof value);
      return value;
    }
    default:
      return 2 * check_share () - 1;
  }
}

/* From the links to the program and every N-1: whatever comes, what leaves is sound below the ceiling, and no number is too
 * small for the processor to be quick with. One source of bad numbers leaves the others as they are. */
static void
anything (guint ticks, guint64 seed)
{
  enum { SLOTS = 4, GOOD = SLOTS - 1 };
  R58Mixer *self = g_new0 (R58Mixer, 1);
  r58_lock_init (&self->control.lock);
  self->audio.work = g_new (MixBlocks, 1);
  self->n_slots = SLOTS;
  mix_audio_reset (self);
  guint64 b = 100;
  for (guint s = 0; s < SLOTS; s++) {
    self->slots[s].ring = g_new0 (gfloat, MIX_RING * R58_CHANNELS);
    self->slots[s].backup = -1;
    r58_lock_init (&self->slots[s].lock);
  }
  guint heard = 0, denormal = 0;
  for (guint t = 0; t < ticks; t++, b++) {
    for (guint s = 0; s < SLOTS; s++) {
      if (check_below (10) == 0 && s != GOOD)
        continue;
      guint kind = s == GOOD ? 9 : check_below (7);
      GstBuffer *buffer = gst_buffer_new_allocate (NULL, sizeof (MixBlock), NULL);
      GstMapInfo map;
      gst_buffer_map (buffer, &map, GST_MAP_WRITE);
      for (guint i = 0; i < R58_BLOCK * R58_CHANNELS; i++)
        ((gfloat *) map.data)[i] = some_sample (kind);
      gst_buffer_unmap (buffer, &map);
      GST_BUFFER_PTS (buffer) = b * R58_BLOCK_NS;
      mix_ring_write (&self->slots[s], buffer);
      gst_buffer_unref (buffer);
    }
    if (check_below (20) == 0) {
      MixSoundChange *change = g_new0 (MixSoundChange, 1);
      for (guint s = 0; s < MIX_SLOTS_MAX; s++) {
        change->gain[s] = check_below (3) ? NAN : check_below (3) ? check_share () * 16 : check_below (2);
        change->pan[s] = check_below (3) ? NAN : 2 * check_share () - 1;
        change->delay_ms[s] = NAN;
      }
      change->gain[GOOD] = 1;
      change->pan[GOOD] = 0;
      change->master = check_below (2) ? NAN : check_share () * 16;
      change->until = 240 + check_below (10000);
      g_queue_push_tail (&self->control.sound, change);
    }
    MixBlock out;
    run_gains (self, b * R58_BLOCK);
    for (guint s = 0; s < SLOTS; s++)
      self->audio.heard[s] = mix_ring_read (&self->slots[s], b * R58_BLOCK, self->audio.work->parts[s]);
    for (guint i = 0; i < R58_BLOCK; i++)
      for (guint c = 0; c < R58_CHANNELS; c++)
        heard += t > 0 && self->audio.work->parts[GOOD][i][c] != 0;
    for (guint s = 0; s < SLOTS; s++)
      for (guint i = 0; i < R58_BLOCK; i++)
        for (guint c = 0; c < R58_CHANNELS; c++)
          self->audio.work->parts[s][i][c] *= self->audio.work->gain[s][c][i];
    for (guint without = 0; without <= SLOTS; without++) {
      sum_slots (self, without, without == SLOTS ? &self->audio.limiter : &self->audio.n1_limiter[without], out);
      for (guint i = 0; i < R58_BLOCK; i++)
        for (guint c = 0; c < R58_CHANNELS; c++) {
          CHECK (isfinite (out[i][c]) && fabsf (out[i][c]) <= LIMIT_CEILING * 1.0001f, "seed %" G_GUINT64_FORMAT ", block %u: %g", seed, t,
              out[i][c]);
          denormal += fpclassify (out[i][c]) == FP_SUBNORMAL;
        }
    }
  }
  CHECK (heard > (ticks - 1) * R58_BLOCK * R58_CHANNELS * 0.99, "seed %" G_GUINT64_FORMAT ": %u samples of the good source", seed, heard);
  CHECK (denormal == 0, "seed %" G_GUINT64_FORMAT ": %u denormal numbers", seed, denormal);
  for (guint s = 0; s < SLOTS; s++)
    g_free (self->slots[s].ring);
  g_queue_clear_full (&self->control.sound, g_free);
  g_free (self->audio.work);
  g_free (self);
}

static GstBuffer *
tone (double *phase, GstClockTime pts)
{
  gfloat *samples = g_new (gfloat, R58_BLOCK * R58_CHANNELS);
  for (guint i = 0; i < R58_BLOCK; i++, *phase += 2 * G_PI * 440 / R58_RATE)
    samples[2 * i] = samples[2 * i + 1] = 0.1 * sin (*phase);
  GstBuffer *buffer = gst_buffer_new_wrapped (samples, sizeof (MixBlock));
  GST_BUFFER_PTS (buffer) = pts;
  return buffer;
}

/* A source whose timestamps step: its sound is moved, with no step in it. Read 20 ms after it came, as the mixer does. */
static void
slips (guint blocks)
{
  MixSlot slot = { .ring = g_new0 (gfloat, MIX_RING * R58_CHANNELS), .audio.missing = TRUE };
  r58_lock_init (&slot.lock);
  double phase = 0;
  GstClockTime now = r58_now () - 10 * GST_SECOND;
  gint64 off = 0;
  gfloat last = 0, steepest = 0;
  for (guint b = 0; b < blocks; b++) {
    if (check_below (8) == 0)
      off = (gint64) check_below (40 * GST_MSECOND) - 20 * (gint64) GST_MSECOND;
    /* The clock of the machine, to which nothing lies ahead for long. */
    GstBuffer *buffer = tone (&phase, now % (5 * GST_SECOND) + GST_SECOND + b * R58_BLOCK_NS + off);
    mix_ring_write (&slot, buffer);
    gst_buffer_unref (buffer);
    MixBlock out;
    guint64 first = gst_util_uint64_scale_round (now % (5 * GST_SECOND) + GST_SECOND + b * R58_BLOCK_NS, R58_RATE, GST_SECOND);
    mix_ring_read (&slot, first - 2 * R58_BLOCK, out);
    for (guint i = 0; i < R58_BLOCK; i++) {
      steepest = fmaxf (steepest, fabsf (out[i][0] - last));
      last = out[i][0];
    }
  }
  printf ("%" G_GUINT64_FORMAT " slips, steepest step %g\n", slot.audio_stats.slips, steepest);
  CHECK (slot.audio_stats.slips > blocks / 20, "the source slips");
  /* The tone's own 0.0058, and 0.2 over a fade of 128 samples. */
  CHECK (steepest < 0.0058 + 0.2 / FADE + 0.0005, "a step of %g", steepest);
  g_free (slot.ring);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  check_seed (atoi (argv[3]));
  if (g_str_equal (argv[1], "limiter"))
    limiter (atoi (argv[2]));
  else if (g_str_equal (argv[1], "silence"))
    silence ();
  else if (g_str_equal (argv[1], "anything"))
    anything (atoi (argv[2]), atoi (argv[3]));
  else
    slips (atoi (argv[2]));
  return 0;
}
