/* The audio tick of r58mixer: one block per 10 ms of program sound and of each N-1, on the machine's sample grid. */
#include "mixer/mixer.h"

#include <math.h>
#include <string.h>

#include "common/kernels.h"

#define GST_CAT_DEFAULT r58_mixer_debug

/* A slot's block begins at its PTS, is complete 10 ms later, and then has to get here. A shorter delay counts as none. */
#define DELAY_MIN (20 * GST_MSECOND)
#define LOST_BLOCKS 4
/* The sound that stands in for a lost one comes and goes in 5 ms. */
#define STAND_IN_RAMP (R58_RATE / 200)
/* 20 Hz. */
#define LEVEL_BLOCKS 5
#define LEVEL_FLOOR_DB -120.0
/* Lateness up to here is caught up block by block. */
#define CATCH_UP_BLOCKS 50
/* Ceiling −1 dBFS; from −4 dBFS on peaks are bent towards it. Release 80 ms. */
#define LIMIT_CEILING 0.891251f
#define LIMIT_KNEE 0.630957f
#define LIMIT_RELEASE 0.99974f

/* What one tick works on. */
struct _MixBlocks {
  MixBlock parts[MIX_SLOTS_MAX]; /* each slot's share of the sum */
  gfloat gain[MIX_SLOTS_MAX][R58_CHANNELS][R58_BLOCK], master[R58_BLOCK];
};

/* ---- gains ---- */

static void
ramp_to (MixRamp *ramp, gfloat target, guint64 samples)
{
  ramp->target = target;
  ramp->left = samples;
  ramp->step = (target - ramp->value) / samples;
}

static void
ramp_run (MixRamp *ramp, gfloat *out, guint n)
{
  for (guint i = 0; i < n; i++) {
    if (ramp->left > 0) {
      ramp->value += ramp->step;
      if (--ramp->left == 0)
        ramp->value = ramp->target;
    }
    out[i] = ramp->value;
  }
}

/* A balance: the far channel is turned down, the near one left alone. */
static gfloat
channel_gain (gfloat gain, gfloat pan, guint channel)
{
  return gain * MIN (1.0f, channel == 0 ? 1.0f - pan : 1.0f + pan);
}

static void
apply_change (R58Mixer *self, const MixSoundChange *change, guint64 now)
{
  /* A ramp whose begin has passed still ends in time, but never as a step. `at` 0 means now. */
  guint64 least = R58_RATE / 200;
  guint64 length = change->at == 0 ? change->until : change->until > now + least ? change->until - now : least;
  for (guint i = 0; i < self->n_slots; i++) {
    if (!isnan (change->delay_ms[i]))
      self->audio.extra_delay[i] = change->delay_ms[i] * GST_MSECOND;
    if (isnan (change->gain[i]) && isnan (change->pan[i]))
      continue;
    self->audio.gain_target[i] = isnan (change->gain[i]) ? self->audio.gain_target[i] : change->gain[i];
    self->audio.pan[i] = isnan (change->pan[i]) ? self->audio.pan[i] : change->pan[i];
    for (guint c = 0; c < R58_CHANNELS; c++)
      ramp_to (&self->audio.gain[i][c], channel_gain (self->audio.gain_target[i], self->audio.pan[i], c), length);
  }
  if (!isnan (change->master))
    ramp_to (&self->audio.master, change->master, length);
}

/* Takes what is due at sample `now`; returns where the next change is. */
static guint64
apply_due (R58Mixer *self, guint64 now)
{
  guint64 next = G_MAXUINT64;
  r58_lock (&self->control.lock);
  MixSoundChange *change;
  while ((change = g_queue_peek_head (&self->control.sound))) {
    if (change->at > now) {
      next = change->at;
      break;
    }
    apply_change (self, change, now);
    g_free (g_queue_pop_head (&self->control.sound));
  }
  r58_unlock (&self->control.lock);
  return next;
}

static void
run_gains (R58Mixer *self, guint64 start)
{
  MixBlocks *w = self->audio.work;
  for (guint done = 0; done < R58_BLOCK;) {
    guint64 next = apply_due (self, start + done);
    guint until = MIN (next - start, R58_BLOCK);
    for (guint i = 0; i < self->n_slots; i++)
      for (guint c = 0; c < R58_CHANNELS; c++)
        ramp_run (&self->audio.gain[i][c], w->gain[i][c] + done, until - done);
    ramp_run (&self->audio.master, w->master + done, until - done);
    done = until;
  }
}

/* ---- mixing ---- */

static void
limit (MixLimiter *limiter, MixBlock block)
{
  for (guint i = 0; i < R58_BLOCK; i++) {
    gfloat peak = fmaxf (fabsf (block[i][0]), fabsf (block[i][1]));
    gfloat envelope = fmaxf (peak, limiter->envelope * LIMIT_RELEASE);
    limiter->envelope = envelope < MIX_SILENCE ? 0 : envelope;
    if (envelope <= LIMIT_KNEE)
      continue;
    gfloat room = LIMIT_CEILING - LIMIT_KNEE;
    gfloat gain = (LIMIT_KNEE + room * (1 - expf ((LIMIT_KNEE - envelope) / room))) / envelope;
    for (guint c = 0; c < R58_CHANNELS; c++)
      block[i][c] *= gain;
  }
}

/* The slot whose sound stands in for that of `index`: only where picture and sound are both gone, so that a guest
 * without a microphone is not given another's voice, and only what is not heard already. -1 when there is none. */
static gint
choose_stand_in (R58Mixer *self, guint index)
{
  gint at = index;
  for (guint hops = 0; hops < self->n_slots && at >= 0; hops++) {
    MixSlot *slot = &self->slots[at];
    r58_lock (&slot->lock);
    gboolean live = slot->audio_signal == MIX_LIVE || ((guint) at == index && slot->video_signal == MIX_LIVE);
    gint next = slot->on_loss == MIX_BACKUP ? slot->backup : -1;
    r58_unlock (&slot->lock);
    if (live)
      return (guint) at != index && self->audio.heard[at] && self->audio.gain_target[at] == 0 ? at : -1;
    at = next;
  }
  return -1;
}

/* Before the gains: the stand-in follows the fader of the slot it stands in for. */
static void
add_stand_in (R58Mixer *self, guint index)
{
  MixStandIn *s = &self->audio.stand_in[index];
  gint slot = choose_stand_in (self, index);
  gfloat target = slot >= 0 ? 1 : 0;
  if (slot >= 0)
    s->slot = slot;
  if (s->gain.target != target)
    ramp_to (&s->gain, target, STAND_IN_RAMP);
  if (s->slot < 0)
    return;
  gfloat gain[R58_BLOCK];
  ramp_run (&s->gain, gain, R58_BLOCK);
  MixBlock *part = &self->audio.work->parts[index], *other = &self->audio.work->parts[s->slot];
  if (!self->audio.heard[index])
    memset (part, 0, sizeof (MixBlock));
  for (guint i = 0; i < R58_BLOCK && self->audio.heard[s->slot]; i++)
    for (guint c = 0; c < R58_CHANNELS; c++)
      (*part)[i][c] += gain[i] * (*other)[i][c];
  self->audio.heard[index] = TRUE;
  if (s->gain.value == 0 && s->gain.left == 0)
    s->slot = -1;
}

/* Sum of all slots except `without`, whose stand-in is left out too. */
static void
sum_slots (R58Mixer *self, guint without, MixLimiter *limiter, MixBlock out)
{
  memset (out, 0, sizeof (MixBlock));
  for (guint s = 0; s < self->n_slots; s++) {
    if (s == without || self->audio.stand_in[s].slot == (gint) without || !self->audio.heard[s])
      continue;
    r58_kernels.mix (out[0], self->audio.work->parts[s][0], R58_BLOCK);
  }
  r58_kernels.gain (out[0], self->audio.work->master, self->audio.work->master, R58_BLOCK);
  limit (limiter, out);
}

/* The slot's sound of this block before gain; FALSE when the slot has none at all. */
static gboolean
hear_slot (R58Mixer *self, guint index, guint64 start, MixBlock out)
{
  MixSlot *slot = &self->slots[index];
  r58_lock (&slot->lock);
  gboolean used = slot->ring != NULL;
  GstClockTime delay = MAX (slot->sound_delay, DELAY_MIN) + self->audio.extra_delay[index];
  r58_unlock (&slot->lock);
  if (!used && slot->audio.fade == 0 && slot->audio.missing) {
    mix_slot_signal (self, index, FALSE, MIX_EMPTY);
    return FALSE;
  }
  gboolean any = mix_ring_read (slot, start - gst_util_uint64_scale_round (delay, R58_RATE, GST_SECOND), out);
  slot->audio.silent_blocks = any ? 0 : slot->audio.silent_blocks + 1;
  MixSignal signal = any ? MIX_LIVE : MIX_LOST;
  if (!used)
    mix_slot_signal (self, index, FALSE, MIX_EMPTY);
  else if (any || slot->audio.silent_blocks >= LOST_BLOCKS)
    mix_slot_signal (self, index, FALSE, signal);
  r58_kernels.peak (self->audio.peak[index], out[0], R58_BLOCK);
  return TRUE;
}

static gboolean
push_block (R58Mixer *self, GstPad *pad, guint64 b, MixBlock block)
{
  static GstStaticCaps caps = GST_STATIC_CAPS (R58_AUDIO_CAPS);
  GstBuffer *buffer = gst_buffer_new_allocate (NULL, sizeof (MixBlock), NULL);
  gst_buffer_fill (buffer, 0, block, sizeof (MixBlock));
  GST_BUFFER_PTS (buffer) = b * R58_BLOCK_NS;
  GST_BUFFER_DURATION (buffer) = R58_BLOCK_NS;
  GST_BUFFER_OFFSET (buffer) = b * R58_BLOCK;
  GST_BUFFER_OFFSET_END (buffer) = (b + 1) * R58_BLOCK;
  if (b == self->audio.jumped)
    GST_BUFFER_FLAG_SET (buffer, GST_BUFFER_FLAG_DISCONT);
  GstCaps *sound = gst_static_caps_get (&caps);
  gboolean pushed = mix_push (self, pad, sound, buffer);
  gst_caps_unref (sound);
  return pushed;
}

/* A reference to the slot's N-1 pad when it is linked; it may be released meanwhile. */
static GstPad *
linked_n1 (R58Mixer *self, guint slot)
{
  r58_lock (&self->returns.lock);
  GstPad *pad = self->returns.pad[slot] ? gst_object_ref (self->returns.pad[slot]) : NULL;
  r58_unlock (&self->returns.lock);
  if (pad && !gst_pad_is_linked (pad))
    gst_clear_object (&pad);
  return pad;
}

static void
push_n1 (R58Mixer *self, guint64 b)
{
  for (guint s = 0; s < self->n_slots; s++) {
    if (!g_atomic_int_get (&self->slots[s].minus))
      continue;
    GstPad *pad = linked_n1 (self, s);
    if (!pad)
      continue;
    MixBlock others;
    sum_slots (self, s, &self->audio.n1_limiter[s], others);
    push_block (self, pad, b, others);
    gst_object_unref (pad);
  }
}

static void
tick (R58Mixer *self, guint64 b, gboolean late)
{
  MixBlocks *w = self->audio.work;
  guint64 start = b * R58_BLOCK;
  run_gains (self, start);
  for (guint s = 0; s < self->n_slots; s++)
    self->audio.heard[s] = hear_slot (self, s, start, w->parts[s]);
  for (guint s = 0; s < self->n_slots; s++)
    add_stand_in (self, s);
  for (guint s = 0; s < self->n_slots; s++)
    if (self->audio.heard[s])
      r58_kernels.gain (w->parts[s][0], w->gain[s][0], w->gain[s][1], R58_BLOCK);
  MixBlock program;
  sum_slots (self, MIX_SLOTS_MAX, &self->audio.limiter, program);
  r58_kernels.peak (self->audio.master_peak, program[0], R58_BLOCK);
  gboolean pushed = gst_pad_is_linked (self->audio_pad) && push_block (self, self->audio_pad, b, program);
  push_n1 (self, b);
  r58_lock (&self->control.lock);
  self->control.blocks += pushed;
  self->control.late_blocks += late;
  r58_unlock (&self->control.lock);
}

/* ---- levels ---- */

static void
add_peaks (JsonBuilder *b, const gchar *name, gfloat *peak)
{
  json_builder_set_member_name (b, name);
  json_builder_begin_array (b);
  for (guint c = 0; c < R58_CHANNELS; c++) {
    gdouble db = peak[c] > 0 ? 20 * log10 (peak[c]) : LEVEL_FLOOR_DB;
    json_builder_add_double_value (b, round (MAX (db, LEVEL_FLOOR_DB) * 10) / 10);
    peak[c] = 0;
  }
  json_builder_end_array (b);
}

static void
post_levels (R58Mixer *self)
{
  JsonBuilder *b = r58_json_begin ();
  json_builder_set_member_name (b, "slots");
  json_builder_begin_object (b);
  for (guint s = 0; s < self->n_slots; s++) {
    gchar name[8];
    g_snprintf (name, sizeof name, "%u", s);
    if (self->audio.heard[s])
      add_peaks (b, name, self->audio.peak[s]);
  }
  json_builder_end_object (b);
  add_peaks (b, "master", self->audio.master_peak);
  r58_post_event (GST_ELEMENT (self), "levels", b);
}

/* ---- the thread ---- */

void
mix_audio_reset (R58Mixer *self)
{
  memset (self->audio.gain, 0, sizeof self->audio.gain);
  memset (self->audio.gain_target, 0, sizeof self->audio.gain_target);
  memset (self->audio.pan, 0, sizeof self->audio.pan);
  memset (self->audio.extra_delay, 0, sizeof self->audio.extra_delay);
  memset (self->audio.n1_limiter, 0, sizeof self->audio.n1_limiter);
  self->audio.limiter = (MixLimiter) { 0 };
  self->audio.master = (MixRamp) { .value = 1, .target = 1 };
  for (guint s = 0; s < MIX_SLOTS_MAX; s++) {
    MixSlot *slot = &self->slots[s];
    slot->audio.missing = TRUE;
    slot->audio.fade = 0;
    self->audio.stand_in[s] = (MixStandIn) { .slot = -1 };
    memset (slot->audio.last, 0, sizeof slot->audio.last);
    memset (slot->audio.step, 0, sizeof slot->audio.step);
  }
}

static void
end_outputs (R58Mixer *self)
{
  mix_push_eos (self->audio_pad);
  for (guint s = 0; s < self->n_slots; s++) {
    GstPad *pad = linked_n1 (self, s);
    if (pad)
      mix_push_eos (pad);
    g_clear_object (&pad);
  }
}

/* Runs until the element stops playing. */
static void
run_ticks (R58Mixer *self)
{
  guint64 b = r58_now () / R58_BLOCK_NS + 1;
  while (mix_sleep_until (self, b * R58_BLOCK_NS) && !mix_ended (self)) {
    guint64 late = MAX (r58_now () / R58_BLOCK_NS, b) - b;
    if (late >= CATCH_UP_BLOCKS) {
      r58_lock (&self->control.lock);
      self->control.skipped_blocks += late;
      r58_unlock (&self->control.lock);
      GST_WARNING_OBJECT (self, "skipped %" G_GUINT64_FORMAT " blocks", late);
      b += late;
      self->audio.jumped = b;
      late = 0;
    }
    tick (self, b, late > 0);
    b++;
    if (++self->audio.level_blocks >= LEVEL_BLOCKS) {
      self->audio.level_blocks = 0;
      post_levels (self);
    }
  }
}

gpointer
mix_audio_thread (gpointer data)
{
  R58Mixer *self = data;
  self->audio.work = g_new (MixBlocks, 1);
  mix_hurry (self);
  while (mix_wait_playing (self) && !mix_ended (self))
    run_ticks (self);
  if (mix_ended (self))
    end_outputs (self);
  mix_audio_reset (self);
  g_clear_pointer (&self->audio.work, g_free);
  return NULL;
}
