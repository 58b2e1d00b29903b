/* The sound of a slot: written by the link thread as it comes, read by the audio tick as it is due. */
#include "mixer/mixer.h"

#include <math.h>
#include <string.h>

/* Timestamps within 5 ms of the running position are jitter. */
#define SNAP (R58_RATE / 200)
#define AHEAD_MAX GST_SECOND
/* Steps (sound that stops, starts or moves) are spread over 2.7 ms. */
#define FADE 128
/* A sample beyond it is no sound (+36 dBFS). */
#define LOUDEST 64.0f
/* In place of a sample: what follows has nothing to do with what was before. */
#define SPLICE INFINITY

static gfloat *
ring_at (MixSlot *slot, guint64 sample)
{
  return slot->ring + (sample & (MIX_RING - 1)) * R58_CHANNELS;
}

/* Moves the running position to `sample`. */
static void
ring_seek (MixSlot *slot, guint64 sample)
{
  gboolean ahead = sample > slot->ring_end && sample - slot->ring_end < MIX_RING;
  if (ahead) {
    for (guint64 i = slot->ring_end; i < sample; i++)
      ring_at (slot, i)[0] = NAN;
  } else if (sample > slot->ring_end || sample < slot->ring_begin) {
    slot->ring_begin = sample;
  }
  slot->ring_end = sample;
}

void
mix_ring_write (MixSlot *slot, GstBuffer *buffer)
{
  GstMapInfo map;
  GstClockTime pts = GST_BUFFER_PTS (buffer);
  if (!slot->ring || !GST_CLOCK_TIME_IS_VALID (pts) || pts > r58_now () + AHEAD_MAX
      || !gst_buffer_map (buffer, &map, GST_MAP_READ)) {
    slot->audio_stats.dropped++;
    return;
  }
  guint64 sample = gst_util_uint64_scale_round (pts, R58_RATE, GST_SECOND);
  guint64 n = MIN (map.size / (R58_CHANNELS * sizeof (gfloat)), MIX_RING / 2);
  guint64 off = sample > slot->ring_end ? sample - slot->ring_end : slot->ring_end - sample;
  gboolean back = off > SNAP && sample < slot->ring_end;
  if (off > SNAP) {
    if (slot->ring_end > 0 && !GST_BUFFER_IS_DISCONT (buffer))
      slot->audio_stats.slips++;
    ring_seek (slot, sample);
  }
  const gfloat *in = (const gfloat *) map.data;
  for (guint64 i = 0; i < n; i++)
    memcpy (ring_at (slot, slot->ring_end + i), in + i * R58_CHANNELS, R58_CHANNELS * sizeof (gfloat));
  /* Written over what was there: where the two meet, as far as it has not been played, the reader is told to fade. */
  guint64 splice = MAX (slot->ring_end, slot->read_next);
  if (back && splice < slot->ring_end + n)
    ring_at (slot, splice)[0] = SPLICE;
  slot->ring_end += n;
  slot->audio_pts = pts;
  slot->audio_stats.blocks++;
  gst_buffer_unmap (buffer, &map);
}

/* FALSE when nothing usable is there. A value that is no sound must not reach the others in the sum. */
static gboolean
ring_read (MixSlot *slot, guint64 sample, gfloat *out)
{
  out[0] = out[1] = 0;
  if (sample >= slot->ring_end || sample < slot->ring_begin || slot->ring_end - sample > MIX_RING)
    return FALSE;
  const gfloat *in = ring_at (slot, sample);
  if (!(fabsf (in[0]) < LOUDEST) || !(fabsf (in[1]) < LOUDEST))
    return FALSE;
  for (guint c = 0; c < R58_CHANNELS; c++)
    out[c] = fabsf (in[c]) < MIX_SILENCE ? 0 : in[c];
  return TRUE;
}

gboolean
mix_ring_read (MixSlot *slot, guint64 start, MixBlock out)
{
  gboolean any = FALSE;
  r58_lock (&slot->lock);
  for (guint i = 0; i < R58_BLOCK; i++) {
    gboolean there = ring_read (slot, start + i, out[i]);
    if (!there && !slot->audio.missing && slot->ring_end > 0 && !isinf (ring_at (slot, start + i)[0]))
      slot->audio_stats.gaps++;
    if (there == slot->audio.missing || (i == 0 && start != slot->read_next)) {
      for (guint c = 0; c < R58_CHANNELS; c++)
        slot->audio.step[c] = slot->audio.last[c] - out[i][c];
      slot->audio.fade = FADE;
    }
    slot->audio.missing = !there;
    any |= there;
    gfloat rest = (gfloat) slot->audio.fade / FADE;
    for (guint c = 0; c < R58_CHANNELS; c++)
      slot->audio.last[c] = out[i][c] += slot->audio.step[c] * rest;
    if (slot->audio.fade > 0)
      slot->audio.fade--;
  }
  slot->read_next = start + R58_BLOCK;
  r58_unlock (&slot->lock);
  return any;
}
