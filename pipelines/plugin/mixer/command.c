/* Commands of r58mixer. They are parsed and checked in the thread that sets the property (20 to 50 µs) and queued
 * for the ticks; a command that cannot be done changes nothing. */
#include "mixer/mixer.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#define GST_CAT_DEFAULT r58_mixer_debug

/* +24 dB. */
#define GAIN_MAX 16.0
#define TRANSITION_FRAMES_MAX 1500
#define RAMP_MS_MAX 60000
/* Boxes may lie outside of the canvas and be up to twice as large. */
#define BOX_MIN -2.0
#define BOX_MAX 2.0
#define BORDER_MAX 200
/* Shortest ramp of a gain, 5 ms: a step clicks. */
#define RAMP_MIN (R58_RATE / 200)

/* The first error found; the rest of the command is still read, but discarded. */
typedef struct {
  gchar *reason;
} Check;

static void G_GNUC_PRINTF (2, 3)
wrong (Check *check, const gchar *format, ...)
{
  va_list args;
  va_start (args, format);
  if (!check->reason)
    check->reason = g_strdup_vprintf (format, args);
  va_end (args);
}

static gdouble
number_of (Check *check, JsonNode *node, const gchar *name, gdouble min, gdouble max)
{
  GType type = node && JSON_NODE_HOLDS_VALUE (node) ? json_node_get_value_type (node) : G_TYPE_INVALID;
  gdouble value = type == G_TYPE_INT64 || type == G_TYPE_DOUBLE ? json_node_get_double (node) : NAN;
  if (value >= min && value <= max)
    return value;
  wrong (check, "%s: expected a number from %g to %g", name, min, max);
  return min;
}

static gdouble
number (Check *check, JsonObject *o, const gchar *key, gdouble fallback, gdouble min, gdouble max)
{
  return json_object_has_member (o, key) ? number_of (check, json_object_get_member (o, key), key, min, max) : fallback;
}

static JsonArray *
array (Check *check, JsonObject *o, const gchar *key, guint max)
{
  JsonNode *node = json_object_has_member (o, key) ? json_object_get_member (o, key) : NULL;
  if (!node || JSON_NODE_HOLDS_NULL (node))
    return NULL;
  if (JSON_NODE_HOLDS_ARRAY (node) && json_array_get_length (json_node_get_array (node)) <= max)
    return json_node_get_array (node);
  wrong (check, "%s: expected an array of at most %u", key, max);
  return NULL;
}

/* One number per slot; what is absent or null stays NAN. */
static void
per_slot (R58Mixer *self, Check *check, JsonObject *o, const gchar *key, gdouble min, gdouble max, gfloat *values)
{
  for (guint i = 0; i < MIX_SLOTS_MAX; i++)
    values[i] = NAN;
  JsonArray *list = array (check, o, key, self->n_slots);
  for (guint i = 0; list && i < json_array_get_length (list); i++) {
    JsonNode *node = json_array_get_element (list, i);
    if (!JSON_NODE_HOLDS_NULL (node))
      values[i] = number_of (check, node, key, min, max);
  }
}

/* Index of the string member in `names`, which ends with NULL. */
static guint
choice (Check *check, JsonObject *o, const gchar *key, const gchar *const *names)
{
  const gchar *text = r58_member_string (o, key, json_object_has_member (o, key) ? "" : names[0]);
  for (guint i = 0; names[i]; i++)
    if (strcmp (text, names[i]) == 0)
      return i;
  gchar *all = g_strjoinv (", ", (gchar **) names);
  wrong (check, "%s: expected one of %s", key, all);
  g_free (all);
  return 0;
}

/* Adds `change` in order of time. Call with show_lock. */
static void
queue_sound (R58Mixer *self, MixSoundChange *change)
{
  GList *after = self->control.sound.tail;
  while (after && ((MixSoundChange *) after->data)->at > change->at)
    after = after->prev;
  if (after)
    g_queue_insert_after (&self->control.sound, after, change);
  else
    g_queue_push_head (&self->control.sound, change);
}

/* ---- program ---- */

static void
parse_border (Check *check, JsonObject *o, MixLayer *layer)
{
  JsonArray *border = array (check, o, "border", 2);
  if (!border)
    return;
  guint r = 0, g = 0, b = 0;
  JsonNode *colour = json_array_get_length (border) == 2 ? json_array_get_element (border, 1) : NULL;
  const gchar *text = colour && JSON_NODE_HOLDS_VALUE (colour) ? json_node_get_string (colour) : NULL;
  if (!text || strlen (text) != 7 || strspn (text + 1, "0123456789abcdefABCDEF") != 6
      || sscanf (text, "#%2x%2x%2x", &r, &g, &b) != 3) {
    wrong (check, "border: expected [pixels, \"#rrggbb\"]");
    return;
  }
  gint pixels = number_of (check, json_array_get_element (border, 0), "border", 0, BORDER_MAX);
  layer->border = (pixels + 1) & ~1;
  layer->border_colour = r58_colour_from_rgb (r, g, b);
}

static void
parse_crop (Check *check, JsonObject *o, MixLayer *layer)
{
  JsonArray *crop = array (check, o, "crop", 4);
  if (!crop)
    return;
  gdouble side[4] = { 0 };
  if (json_array_get_length (crop) != 4)
    wrong (check, "crop: expected [left, top, right, bottom]");
  else
    for (guint i = 0; i < 4; i++)
      side[i] = number_of (check, json_array_get_element (crop, i), "crop", 0, 0.99);
  if (side[0] + side[2] > 0.99 || side[1] + side[3] > 0.99)
    wrong (check, "crop: nothing would be left");
  layer->crop_l = side[0];
  layer->crop_t = side[1];
  layer->crop_r = side[2];
  layer->crop_b = side[3];
}

static void
parse_layer (R58Mixer *self, Check *check, JsonNode *node, MixLayer *layer)
{
  static const gchar *const fits[] = { "contain", "cover", "fill", NULL };
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    wrong (check, "layers: expected objects");
    return;
  }
  JsonObject *o = json_node_get_object (node);
  layer->slot = number (check, o, "slot", -1, -1, self->n_slots - 1);
  if (!json_object_has_member (o, "slot"))
    wrong (check, "slot: expected in every layer");
  layer->x = number (check, o, "x", 0, BOX_MIN, BOX_MAX);
  layer->y = number (check, o, "y", 0, BOX_MIN, BOX_MAX);
  layer->w = number (check, o, "w", 1, 0, BOX_MAX);
  layer->h = number (check, o, "h", 1, 0, BOX_MAX);
  layer->alpha = number (check, o, "alpha", 1, 0, 1) * R58_OPAQUE + 0.5;
  layer->fit = choice (check, o, "fit", fits);
  parse_crop (check, o, layer);
  parse_border (check, o, layer);
}

static void
parse_transition (Check *check, JsonObject *o, MixTake *take)
{
  static const gchar *const kinds[] = { "cut", "mix", "dip", "wipe", NULL };
  take->frames = 1;
  if (!json_object_has_member (o, "transition"))
    return;
  JsonNode *node = json_object_get_member (o, "transition");
  if (!JSON_NODE_HOLDS_OBJECT (node)) {
    wrong (check, "transition: expected {kind, frames}");
    return;
  }
  JsonObject *transition = json_node_get_object (node);
  take->kind = choice (check, transition, "kind", kinds);
  if (take->kind != MIX_CUT)
    take->frames = number (check, transition, "frames", 1, 1, TRANSITION_FRAMES_MAX);
}

static guint64
sample_at (GstClockTime t)
{
  return gst_util_uint64_scale_round (t, R58_RATE, GST_SECOND);
}

/* Stamps the take with the next frame the tick will begin, and its sound with that frame's time, in one step. */
static gboolean
queue_take (R58Mixer *self, MixTake *take, MixSoundChange *sound, guint ramp_frames)
{
  r58_lock (&self->control.lock);
  gboolean room = self->control.takes.length < MIX_PENDING_MAX && self->control.sound.length < 2 * MIX_PENDING_MAX;
  if (room) {
    take->frame = self->control.next_frame;
    sound->at = sample_at (r58_grid_time (take->frame, self->info.fps_n ?: 1, self->info.fps_d ?: 1));
    sound->until = sample_at (r58_grid_time (take->frame + ramp_frames, self->info.fps_n ?: 1, self->info.fps_d ?: 1));
    sound->until = MAX (sound->until, sound->at + RAMP_MIN);
    g_queue_push_tail (&self->control.takes, take);
    /* Nothing would take it out again. */
    if (self->with_audio)
      queue_sound (self, sound);
    else
      g_free (sound);
  }
  r58_unlock (&self->control.lock);
  return room;
}

static void
command_program (R58Mixer *self, Check *check, JsonObject *o)
{
  MixTake *take = g_new0 (MixTake, 1);
  take->id = g_strdup (r58_member_string (o, "id", NULL));
  take->scene = g_atomic_rc_box_new0 (MixScene);
  JsonArray *layers = array (check, o, "layers", MIX_LAYERS_MAX);
  if (!layers)
    wrong (check, "layers: expected an array");
  take->scene->n_layers = layers && !check->reason ? json_array_get_length (layers) : 0;
  for (guint i = 0; i < take->scene->n_layers; i++)
    parse_layer (self, check, json_array_get_element (layers, i), &take->scene->layers[i]);
  parse_transition (check, o, take);

  MixSoundChange *sound = g_new0 (MixSoundChange, 1);
  per_slot (self, check, o, "gains", 0, GAIN_MAX, sound->gain);
  for (guint i = 0; i < MIX_SLOTS_MAX; i++)
    sound->pan[i] = sound->delay_ms[i] = NAN;
  sound->master = NAN;
  guint ramp_frames = number (check, o, "rampFrames", take->frames, 0, TRANSITION_FRAMES_MAX);

  if (!check->reason && queue_take (self, take, sound, ramp_frames))
    return;
  wrong (check, "too many program commands wait for a tick");
  mix_take_free (take);
  g_free (sound);
}

/* ---- audio ---- */

/* A program command may still be waiting for its frame; it must not undo what was set by hand after it. */
static void
override_waiting (R58Mixer *self, const MixSoundChange *newer)
{
  for (GList *node = self->control.sound.head; node; node = node->next) {
    MixSoundChange *waiting = node->data;
    for (guint i = 0; i < self->n_slots; i++)
      if (!isnan (newer->gain[i]))
        waiting->gain[i] = newer->gain[i];
  }
}

static void
command_audio (R58Mixer *self, Check *check, JsonObject *o)
{
  MixSoundChange *sound = g_new0 (MixSoundChange, 1);
  per_slot (self, check, o, "gains", 0, GAIN_MAX, sound->gain);
  per_slot (self, check, o, "pans", -1, 1, sound->pan);
  per_slot (self, check, o, "delaysMs", 0, GST_TIME_AS_MSECONDS (MIX_DELAY_MAX), sound->delay_ms);
  sound->master = number (check, o, "master", NAN, 0, GAIN_MAX);
  gdouble ramp_ms = number (check, o, "rampMs", 20, 0, RAMP_MS_MAX);
  /* 0 is in the past: the next block begins with it. The audio tick moves the ramp there. */
  sound->until = MAX ((guint64) (ramp_ms * R58_RATE / 1000), RAMP_MIN);
  if (!self->with_audio)
    wrong (check, "this mixer has no sound");
  r58_lock (&self->control.lock);
  gboolean good = !check->reason && self->control.sound.length < 2 * MIX_PENDING_MAX;
  if (good) {
    override_waiting (self, sound);
    queue_sound (self, sound);
  }
  r58_unlock (&self->control.lock);
  if (good)
    return;
  wrong (check, "too many audio commands wait for a block");
  g_free (sound);
}

/* ---- slot ---- */

/* Sets `*address` to the member; TRUE when it changed. */
static gboolean
point (JsonObject *o, const gchar *key, gchar **address)
{
  const gchar *text = r58_member_string (o, key, NULL);
  if (!json_object_has_member (o, key) || g_strcmp0 (text, *address) == 0)
    return FALSE;
  g_free (*address);
  *address = g_strdup (text);
  return TRUE;
}

static void
check_address (Check *check, JsonObject *o, const gchar *key)
{
  JsonNode *node = json_object_has_member (o, key) ? json_object_get_member (o, key) : NULL;
  if (!node || JSON_NODE_HOLDS_NULL (node))
    return;
  const gchar *text = r58_member_string (o, key, "");
  /* An abstract socket name has 107 bytes at most (unix(7)). */
  if (!*text || strlen (text) > 107)
    wrong (check, "%s: expected a link address or null", key);
}

/* Another source's picture must never be seen under this one's name: what is held is dropped at once. */
static void
forget_frames (MixSlot *slot, GQueue *forgotten)
{
  *forgotten = slot->frames;
  g_queue_init (&slot->frames);
  if (slot->shown)
    g_queue_push_tail (forgotten, g_steal_pointer (&slot->shown));
  slot->video_stats = (MixVideoStats) { 0 };
  slot->video_pts = GST_CLOCK_TIME_NONE;
  slot->usual_gap = slot->regular = 0;
  slot->old_since = 0;
  slot->running = FALSE;
  slot->live_since = slot->trial = 0;
  slot->sound_delay = slot->delay;
  slot->lag_frames = 0;
  slot->lag_known = FALSE;
  slot->video_target++;
}

static void
forget_sound (MixSlot *slot)
{
  if (slot->audio_address && !slot->ring)
    slot->ring = g_new (gfloat, MIX_RING * R58_CHANNELS);
  else if (!slot->audio_address)
    g_clear_pointer (&slot->ring, g_free);
  slot->ring_begin = slot->ring_end = 0;
  slot->audio_stats = (MixSoundStats) { 0 };
  slot->audio_pts = GST_CLOCK_TIME_NONE;
  slot->audio_target++;
}

/* -1 for null. */
static gint
parse_backup (R58Mixer *self, Check *check, JsonObject *o, gint slot)
{
  if (!json_object_has_member (o, "backupSlot") || json_object_get_null_member (o, "backupSlot"))
    return -1;
  gint backup = number (check, o, "backupSlot", -1, 0, self->n_slots - 1);
  if (backup == slot)
    wrong (check, "backupSlot: expected another slot");
  return backup;
}

/* The sound goes along at once, as far as it must: no picture is shown before its delay, and none a frame after it. How
 * far the picture really lags now is measured anew. */
static void
set_delay (R58Mixer *self, MixSlot *slot, GstClockTime delay)
{
  if (delay == slot->delay)
    return;
  GstClockTime one = r58_grid_time (1, self->info.fps_n ?: 1, self->info.fps_d ?: 1);
  slot->delay = delay;
  slot->sound_delay = CLAMP (slot->sound_delay, delay, slot->shown ? delay + one : delay);
  slot->lag_frames = 0;
}

static void
command_slot (R58Mixer *self, Check *check, JsonObject *o)
{
  static const gchar *const losses[] = { "hold", "backup", "slate", NULL };
  gint index = number (check, o, "slot", -1, 0, self->n_slots - 1);
  gdouble delay_ms = number (check, o, "delayMs", -1, 0, GST_TIME_AS_MSECONDS (MIX_DELAY_MAX));
  if (index < 0)
    wrong (check, "slot: expected a slot number");
  check_address (check, o, "video");
  check_address (check, o, "audio");
  MixLoss on_loss = choice (check, o, "onLoss", losses);
  if (json_object_has_member (o, "n1") && !check->reason)
    g_atomic_int_set (&self->slots[index].minus, r58_member_bool (o, "n1", FALSE));
  gint backup = parse_backup (self, check, o, index);
  if (check->reason)
    return;
  MixSlot *slot = &self->slots[index];
  GQueue forgotten = G_QUEUE_INIT; /* freed when no tick waits */
  r58_lock (&slot->lock);
  if (delay_ms >= 0)
    set_delay (self, slot, delay_ms * GST_MSECOND);
  if (json_object_has_member (o, "onLoss"))
    slot->on_loss = on_loss;
  if (json_object_has_member (o, "backupSlot"))
    slot->backup = backup;
  if (point (o, "video", &slot->video_address))
    forget_frames (slot, &forgotten);
  if (point (o, "audio", &slot->audio_address))
    forget_sound (slot);
  r58_unlock (&slot->lock);
  g_queue_clear_full (&forgotten, (GDestroyNotify) mix_frame_unref);
  mix_wake_links (self);
}

/* Everything goes on without a picture, so that there is one again with the next tick. */
static void
command_picture (R58Mixer *self, Check *check, JsonObject *o)
{
  JsonNode *node = json_object_has_member (o, "drawn") ? json_object_get_member (o, "drawn") : NULL;
  if (!node || !JSON_NODE_HOLDS_VALUE (node) || json_node_get_value_type (node) != G_TYPE_BOOLEAN) {
    wrong (check, "drawn: expected true or false");
    return;
  }
  r58_lock (&self->control.lock);
  self->control.idle = !json_node_get_boolean (node);
  r58_unlock (&self->control.lock);
}

void
mix_command (R58Mixer *self, const gchar *text)
{
  JsonObject *o;
  const gchar *op;
  JsonParser *parser = r58_command_parse (GST_ELEMENT (self), text, &o, &op);
  if (!parser)
    return;
  Check check = { NULL };
  if (strcmp (op, "slot") == 0)
    command_slot (self, &check, o);
  else if (strcmp (op, "program") == 0)
    command_program (self, &check, o);
  else if (strcmp (op, "audio") == 0)
    command_audio (self, &check, o);
  else if (strcmp (op, "picture") == 0)
    command_picture (self, &check, o);
  else
    wrong (&check, "op: expected one of slot, program, audio, picture");
  if (check.reason)
    r58_command_refuse (GST_ELEMENT (self), op, r58_member_string (o, "id", NULL), "%s", check.reason);
  g_free (check.reason);
  g_object_unref (parser);
}
