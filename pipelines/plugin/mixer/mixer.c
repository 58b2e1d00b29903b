/* The program mixer: one live source element that reads its slots from links and gives one picture per index of the
 * frame grid and one block of sound per 10 ms, whatever the links do. Not a GstAggregator: a pad that stalls must not
 * delay the program, and frames must fall on the machine's grid. */
#include "mixer/mixer.h"

#include <stdio.h>
#include <sys/eventfd.h>
#include <unistd.h>

GST_DEBUG_CATEGORY (r58_mixer_debug);
#define GST_CAT_DEFAULT r58_mixer_debug

#define DEFAULT_CAPS \
  "video/x-raw,format=I420,width=1280,height=720,framerate=30/1,pixel-aspect-ratio=1/1," \
  "interlace-mode=progressive,colorimetry=bt709"
#define DEFAULT_SLOTS 12

enum { PROP_CAPS = 1, PROP_SLOTS, PROP_AUDIO, PROP_REALTIME, PROP_COMMAND };

static GstStaticPadTemplate video_template =
GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS ("video/x-raw,format=I420"));
static GstStaticPadTemplate audio_template =
GST_STATIC_PAD_TEMPLATE ("audio", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS (R58_AUDIO_CAPS));
static GstStaticPadTemplate n1_template =
GST_STATIC_PAD_TEMPLATE ("n1_%u", GST_PAD_SRC, GST_PAD_REQUEST, GST_STATIC_CAPS (R58_AUDIO_CAPS));

G_DEFINE_TYPE (R58Mixer, r58_mixer, GST_TYPE_ELEMENT)

/* ---- states ---- */

static gboolean
open_caps (R58Mixer *self)
{
  GST_OBJECT_LOCK (self);
  GstCaps *caps = self->caps_text ? gst_caps_from_string (self->caps_text) : NULL;
  GST_OBJECT_UNLOCK (self);
  GstVideoInfo info;
  gboolean good = caps && gst_caps_is_fixed (caps) && gst_video_info_from_caps (&info, caps)
      && GST_VIDEO_INFO_FORMAT (&info) == GST_VIDEO_FORMAT_I420 && info.width % 2 == 0 && info.height % 2 == 0
      && info.fps_n > 0 && info.fps_d > 0;
  if (!good) {
    GST_ELEMENT_ERROR (self, LIBRARY, SETTINGS, ("caps: expected fixed I420 of even size with a frame rate"),
        ("%s", self->caps_text));
    gst_clear_caps (&caps);
    return FALSE;
  }
  gst_caps_replace (&self->caps, caps);
  gst_caps_unref (caps);
  self->info = info;
  return TRUE;
}

static void
start_threads (R58Mixer *self)
{
  self->run.wake_fd = eventfd (0, EFD_CLOEXEC | EFD_NONBLOCK);
  self->run.ended = FALSE;
  mix_set_running (self, FALSE, FALSE);
  self->link_thread = g_thread_new ("mix-link", mix_link_thread, self);
  self->video_thread = g_thread_new ("mix-video", mix_video_thread, self);
  if (self->with_audio)
    self->audio_thread = g_thread_new ("mix-audio", mix_audio_thread, self);
}

static void
join_thread (GThread **thread)
{
  if (*thread)
    g_thread_join (*thread);
  *thread = NULL;
}

/* Call when the pads are inactive: a push that waited downstream has returned then. */
static void
join_threads (R58Mixer *self)
{
  mix_set_running (self, FALSE, TRUE);
  join_thread (&self->audio_thread);
  join_thread (&self->video_thread);
  join_thread (&self->link_thread);
  if (self->run.wake_fd >= 0)
    close (self->run.wake_fd);
  self->run.wake_fd = -1;
  mix_output_restart (self->video_pad);
  mix_output_restart (self->audio_pad);
  r58_lock (&self->returns.lock);
  for (guint i = 0; i < MIX_SLOTS_MAX; i++)
    mix_output_restart (self->returns.pad[i]);
  r58_unlock (&self->returns.lock);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  R58Mixer *self = (R58Mixer *) element;
  switch (transition) {
    case GST_STATE_CHANGE_NULL_TO_READY:
      if (!open_caps (self))
        return GST_STATE_CHANGE_FAILURE;
      r58_force_clock (element);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      mix_set_running (self, FALSE, FALSE);
      break;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      mix_set_running (self, FALSE, TRUE);
      break;
    default:
      break;
  }
  GstStateChangeReturn result = GST_ELEMENT_CLASS (r58_mixer_parent_class)->change_state (element, transition);
  switch (transition) {
    case GST_STATE_CHANGE_READY_TO_PAUSED:
      if (result == GST_STATE_CHANGE_FAILURE)
        break;
      start_threads (self);
      return GST_STATE_CHANGE_NO_PREROLL;
    case GST_STATE_CHANGE_PAUSED_TO_PLAYING:
      mix_set_running (self, TRUE, FALSE);
      break;
    case GST_STATE_CHANGE_PLAYING_TO_PAUSED:
      return result == GST_STATE_CHANGE_FAILURE ? result : GST_STATE_CHANGE_NO_PREROLL;
    case GST_STATE_CHANGE_PAUSED_TO_READY:
      join_threads (self);
      break;
    default:
      break;
  }
  return result;
}

/* An EOS sent to the pipeline ends the outputs in order, so that a file below is closed. */
static gboolean
send_event (GstElement *element, GstEvent *event)
{
  R58Mixer *self = (R58Mixer *) element;
  if (GST_EVENT_TYPE (event) != GST_EVENT_EOS)
    return GST_ELEMENT_CLASS (r58_mixer_parent_class)->send_event (element, event);
  gst_event_unref (event);
  r58_lock (&self->run.lock);
  self->run.ended = TRUE;
  r58_unlock (&self->run.lock);
  return TRUE;
}

/* ---- pads ---- */

static gboolean
pad_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  R58Mixer *self = (R58Mixer *) parent;
  if (GST_QUERY_TYPE (query) == GST_QUERY_LATENCY) {
    GstClockTime one = R58_BLOCK_NS;
    if (pad == self->video_pad && self->info.fps_n > 0)
      one = r58_grid_time (1, self->info.fps_n, self->info.fps_d);
    gst_query_set_latency (query, TRUE, one, GST_CLOCK_TIME_NONE);
    return TRUE;
  }
  if (GST_QUERY_TYPE (query) == GST_QUERY_CAPS && pad == self->video_pad && self->caps) {
    GstCaps *filter, *caps = gst_caps_ref (self->caps);
    gst_query_parse_caps (query, &filter);
    if (filter) {
      GstCaps *both = gst_caps_intersect_full (filter, caps, GST_CAPS_INTERSECT_FIRST);
      gst_caps_unref (caps);
      caps = both;
    }
    gst_query_set_caps_result (query, caps);
    gst_caps_unref (caps);
    return TRUE;
  }
  return gst_pad_query_default (pad, parent, query);
}

static GstPad *
new_pad (GstStaticPadTemplate *template, const gchar *name)
{
  GstPad *pad = gst_pad_new_from_static_template (template, name);
  mix_output_init (pad);
  gst_pad_set_query_function (pad, pad_query);
  gst_pad_use_fixed_caps (pad);
  return pad;
}

static GstPad *
request_new_pad (GstElement *element, GstPadTemplate *template, const gchar *name, const GstCaps *caps)
{
  R58Mixer *self = (R58Mixer *) element;
  guint slot = self->n_slots;
  GstPad *pad = NULL;
  if (name && sscanf (name, "n1_%u", &slot) == 1 && slot < self->n_slots) {
    r58_lock (&self->returns.lock);
    if (!self->returns.pad[slot])
      pad = self->returns.pad[slot] = gst_object_ref_sink (new_pad (&n1_template, name));
    r58_unlock (&self->returns.lock);
  }
  if (!pad) {
    GST_WARNING_OBJECT (self, "no pad %s: it is n1_ with a slot number, once each", GST_STR_NULL (name));
    return NULL;
  }
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  return pad;
}

static void
release_pad (GstElement *element, GstPad *pad)
{
  R58Mixer *self = (R58Mixer *) element;
  r58_lock (&self->returns.lock);
  for (guint i = 0; i < MIX_SLOTS_MAX; i++)
    if (self->returns.pad[i] == pad)
      gst_clear_object (&self->returns.pad[i]); /* the element still holds it */
  r58_unlock (&self->returns.lock);
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

static void
show_audio_pad (R58Mixer *self, gboolean show)
{
  self->with_audio = show;
  if (show && !self->audio_pad) {
    self->audio_pad = new_pad (&audio_template, "audio");
    gst_element_add_pad (GST_ELEMENT (self), self->audio_pad);
  } else if (!show && self->audio_pad) {
    gst_element_remove_pad (GST_ELEMENT (self), self->audio_pad);
    self->audio_pad = NULL;
  }
}

/* ---- object ---- */

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  R58Mixer *self = (R58Mixer *) object;
  switch (id) {
    case PROP_CAPS:
      GST_OBJECT_LOCK (self);
      g_free (self->caps_text);
      self->caps_text = g_value_dup_string (value);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_SLOTS:
      self->n_slots = g_value_get_uint (value);
      break;
    case PROP_AUDIO:
      show_audio_pad (self, g_value_get_boolean (value));
      break;
    case PROP_REALTIME:
      self->realtime = g_value_get_boolean (value);
      break;
    case PROP_COMMAND:
      mix_command (self, g_value_get_string (value));
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  R58Mixer *self = (R58Mixer *) object;
  switch (id) {
    case PROP_CAPS:
      GST_OBJECT_LOCK (self);
      g_value_set_string (value, self->caps_text);
      GST_OBJECT_UNLOCK (self);
      break;
    case PROP_SLOTS:
      g_value_set_uint (value, self->n_slots);
      break;
    case PROP_AUDIO:
      g_value_set_boolean (value, self->with_audio);
      break;
    case PROP_REALTIME:
      g_value_set_boolean (value, self->realtime);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
finalize (GObject *object)
{
  R58Mixer *self = (R58Mixer *) object;
  mix_video_reset (self);
  g_queue_clear_full (&self->control.takes, (GDestroyNotify) mix_take_free);
  g_queue_clear_full (&self->control.sound, g_free);
  for (guint i = 0; i < MIX_SLOTS_MAX; i++) {
    MixSlot *slot = &self->slots[i];
    g_queue_clear_full (&slot->frames, (GDestroyNotify) mix_frame_unref);
    g_clear_pointer (&slot->shown, mix_frame_unref);
    g_free (slot->video_address);
    g_free (slot->audio_address);
    g_free (slot->ring);
    r58_lock_clear (&slot->lock);
    gst_clear_object (&self->returns.pad[i]);
  }
  gst_clear_caps (&self->caps);
  g_free (self->caps_text);
  r58_lock_clear (&self->returns.lock);
  r58_lock_clear (&self->signal_lock);
  r58_lock_clear (&self->control.lock);
  r58_lock_clear (&self->run.lock);
  r58_cond_clear (&self->run.cond);
  G_OBJECT_CLASS (r58_mixer_parent_class)->finalize (object);
}

static void
r58_mixer_init (R58Mixer *self)
{
  self->caps_text = g_strdup (DEFAULT_CAPS);
  self->n_slots = DEFAULT_SLOTS;
  self->run.wake_fd = -1;
  r58_lock_init (&self->returns.lock);
  r58_lock_init (&self->signal_lock);
  r58_lock_init (&self->run.lock);
  r58_lock_init (&self->control.lock);
  r58_cond_init (&self->run.cond);
  for (guint i = 0; i < MIX_SLOTS_MAX; i++) {
    r58_lock_init (&self->slots[i].lock);
    self->slots[i].backup = -1;
    self->slots[i].video_pts = self->slots[i].audio_pts = GST_CLOCK_TIME_NONE;
  }
  mix_audio_reset (self);
  self->video_pad = new_pad (&video_template, "video");
  gst_element_add_pad (GST_ELEMENT (self), self->video_pad);
  show_audio_pad (self, TRUE);
  GST_OBJECT_FLAG_SET (self, GST_ELEMENT_FLAG_SOURCE);
}

static void
r58_mixer_class_init (R58MixerClass *class)
{
  GObjectClass *object_class = G_OBJECT_CLASS (class);
  GstElementClass *element_class = GST_ELEMENT_CLASS (class);
  object_class->set_property = set_property;
  object_class->get_property = get_property;
  object_class->finalize = finalize;
  element_class->change_state = change_state;
  element_class->send_event = send_event;
  element_class->request_new_pad = request_new_pad;
  element_class->release_pad = release_pad;

  GParamFlags launch = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  g_object_class_install_property (object_class, PROP_CAPS, g_param_spec_string ("caps", "Caps",
          "Program picture: fixed I420 caps of even size with a frame rate", DEFAULT_CAPS, launch));
  g_object_class_install_property (object_class, PROP_SLOTS, g_param_spec_uint ("slots", "Slots",
          "Number of slots; an empty one costs nothing", 1, MIX_SLOTS_MAX, DEFAULT_SLOTS, launch));
  g_object_class_install_property (object_class, PROP_AUDIO, g_param_spec_boolean ("audio", "Audio",
          "Whether there is sound: the pads audio and n1_%u, levels", TRUE, launch));
  g_object_class_install_property (object_class, PROP_REALTIME, g_param_spec_boolean ("realtime", "Realtime",
          "Run the ticks ahead of all ordinary threads of the machine (SCHED_RR, or else nice) where permitted",
          FALSE, launch));
  g_object_class_install_property (object_class, PROP_COMMAND, g_param_spec_string ("command", "Command",
          "One JSON object with op: slot {slot, video, audio, delayMs, onLoss: hold|backup|slate, backupSlot, n1}, addresses "
          "of links, null empties; program {id, layers: [{slot (-1: black), x, y, w, h, fit: contain|cover|fill, "
          "crop: [l, t, r, b], alpha, border: [px, #rrggbb]}], transition: {kind: cut|mix|dip|wipe, frames}, gains, "
          "rampFrames}; audio {gains, master, pans, delaysMs, rampMs}; picture {drawn}: false while nobody "
          "looks. Takes effect at the next tick; what cannot be done is answered by the event refused", NULL,
          G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));

  gst_element_class_set_static_metadata (element_class, "R58 program mixer", "Source/Video/Audio/Mixer",
      "Mixes links into one program on the machine's frame and sample grids. Pads: video, audio, n1_<slot> (the "
      "program without that slot). Events: applied {id, frame, ptsNs, endFrame}; transition-end {id, frame, ptsNs}; "
      "levels {slots, master} in dBFS, 20 Hz; slot {slot, video, audio} live, lost or empty; stats {frames, "
      "lateFrames, skippedFrames, blocks, lateBlocks, skippedBlocks, slots} every 500 ms, where lateMs is what 99 of "
      "100 buffers of the last 5 to 10 s were not later than; refused {op, id, reason}",
      "R58 Studio");
  gst_element_class_add_static_pad_template (element_class, &video_template);
  gst_element_class_add_static_pad_template (element_class, &audio_template);
  gst_element_class_add_static_pad_template (element_class, &n1_template);
}

gboolean
r58_mixer_register (GstPlugin *plugin)
{
  GST_DEBUG_CATEGORY_INIT (r58_mixer_debug, "r58mixer", 0, "R58 program mixer");
  return gst_element_register (plugin, "r58mixer", GST_RANK_NONE, r58_mixer_get_type ());
}
