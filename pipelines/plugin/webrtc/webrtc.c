/* r58webrtc: one encode for any number of WebRTC viewers, or one guest received. See webrtc/peer.h for one peer. */
#include "webrtc/webrtc.h"

GST_DEBUG_CATEGORY (r58_webrtc_debug);
#define GST_CAT_DEFAULT r58_webrtc_debug

#define VIDEO_CAPS "application/x-rtp,media=(string)video,encoding-name=(string)H264,clock-rate=(int)90000"
#define AUDIO_CAPS "application/x-rtp,media=(string)audio,encoding-name=(string)OPUS,clock-rate=(int)48000"

G_DEFINE_TYPE (R58WebRTC, r58_webrtc, GST_TYPE_BIN)

enum { PROP_0, PROP_MODE, PROP_COMMAND, PROP_MAX_PEERS };

static GstStaticPadTemplate video_template =
    GST_STATIC_PAD_TEMPLATE ("video", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS (VIDEO_CAPS));
static GstStaticPadTemplate audio_template =
    GST_STATIC_PAD_TEMPLATE ("audio_%s", GST_PAD_SINK, GST_PAD_REQUEST, GST_STATIC_CAPS (AUDIO_CAPS));
static GstStaticPadTemplate video_src_template =
    GST_STATIC_PAD_TEMPLATE ("video_src", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));
static GstStaticPadTemplate audio_src_template =
    GST_STATIC_PAD_TEMPLATE ("audio_src", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS ("application/x-rtp"));

static GType
mode_type (void)
{
  static GType type;
  static const GEnumValue values[] = { { MODE_SEND, "Sends to viewers what comes in on the sink pads", "send" },
    { MODE_RECEIVE, "Receives one guest, on the src pads", "receive" }, { 0 } };
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("R58WebRTCMode", values));
  return type;
}

/* ---- pads ---- */

static GstPad *
request_new_pad (GstElement *element, GstPadTemplate *template, const gchar *name, const GstCaps *caps)
{
  if (R58_WEBRTC (element)->mode != MODE_SEND)
    return NULL;
  gboolean video = g_str_equal (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), "video");
  gchar *wanted = g_strdup (video ? "video" : name ? name : "audio_main");
  GstPad *old = gst_element_get_static_pad (element, wanted);
  GstPad *pad = old ? NULL : rtc_new_sink (template, wanted);
  g_free (wanted);
  if (old) {
    gst_object_unref (old);
    return NULL;
  }
  gst_pad_set_active (pad, TRUE);
  gst_element_add_pad (element, pad);
  return pad;
}

static void
release_pad (GstElement *element, GstPad *pad)
{
  gst_pad_set_active (pad, FALSE);
  gst_element_remove_pad (element, pad);
}

static void
set_mode (R58WebRTC *self, Mode mode)
{
  GstStaticPadTemplate *templates[] = { &video_src_template, &audio_src_template };
  self->mode = mode;
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++) {
    if (mode == MODE_RECEIVE && !self->src[kind])
      rtc_add_src (self, kind, templates[kind]);
    else if (mode == MODE_SEND && self->src[kind])
      rtc_remove_src (self, kind);
  }
  GST_OBJECT_FLAG_UNSET (self, GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  GST_OBJECT_FLAG_SET (self, mode == MODE_SEND ? GST_ELEMENT_FLAG_SINK : GST_ELEMENT_FLAG_SOURCE);
}

/* ---- element ---- */

/* Nothing inside a peer is the pipeline's business: an error ends the peer, the rest is noise. */
static void
handle_message (GstBin *bin, GstMessage *message)
{
  R58WebRTC *self = R58_WEBRTC (bin);
  if (GST_MESSAGE_TYPE (message) == GST_MESSAGE_ERROR) {
    GError *error = NULL;
    gst_message_parse_error (message, &error, NULL);
    GST_WARNING_OBJECT (bin, "inside a peer, %s: %s", GST_MESSAGE_SRC_NAME (message), error->message);
    g_mutex_lock (&self->lock);
    for (guint i = 0; i < self->peers->len; i++)
      if (r58_peer_error (g_ptr_array_index (self->peers, i), GST_MESSAGE_SRC (message), error->message))
        break;
    g_mutex_unlock (&self->lock);
    g_clear_error (&error);
  }
  gst_message_unref (message);
}

static GstStateChangeReturn
change_state (GstElement *element, GstStateChange transition)
{
  R58WebRTC *self = R58_WEBRTC (element);
  if (transition == GST_STATE_CHANGE_NULL_TO_READY)
    r58_force_clock (element);
  else if (transition == GST_STATE_CHANGE_READY_TO_PAUSED)
    rtc_start (self);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    rtc_open (self);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    rtc_say_goodbye (self);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    rtc_stop (self);
  GstStateChangeReturn ret = GST_ELEMENT_CLASS (r58_webrtc_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
      rtc_stop_src (self, kind);
  if (ret == GST_STATE_CHANGE_SUCCESS && self->mode == MODE_RECEIVE &&
      (transition == GST_STATE_CHANGE_READY_TO_PAUSED || transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED))
    return GST_STATE_CHANGE_NO_PREROLL;
  return ret == GST_STATE_CHANGE_NO_PREROLL && self->mode == MODE_SEND ? GST_STATE_CHANGE_SUCCESS : ret;
}

static void
set_property (GObject *object, guint id, const GValue *value, GParamSpec *spec)
{
  R58WebRTC *self = R58_WEBRTC (object);
  switch (id) {
    case PROP_MODE:
      set_mode (self, g_value_get_enum (value));
      break;
    case PROP_COMMAND:
      rtc_command (self, g_value_get_string (value));
      break;
    case PROP_MAX_PEERS:
      self->max_peers = g_value_get_uint (value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
get_property (GObject *object, guint id, GValue *value, GParamSpec *spec)
{
  R58WebRTC *self = R58_WEBRTC (object);
  switch (id) {
    case PROP_MODE:
      g_value_set_enum (value, self->mode);
      break;
    case PROP_MAX_PEERS:
      g_value_set_uint (value, self->max_peers);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID (object, id, spec);
  }
}

static void
finalize (GObject *object)
{
  R58WebRTC *self = R58_WEBRTC (object);
  g_ptr_array_unref (self->peers);
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++) {
    g_clear_pointer (&self->inbox[kind], r58_inbox_free);
    g_mutex_clear (&self->src_lock[kind]);
    gst_clear_caps (&self->src_caps[kind]);
  }
  g_cond_clear (&self->removed);
  g_mutex_clear (&self->lock);
  G_OBJECT_CLASS (r58_webrtc_parent_class)->finalize (object);
}

static void
r58_webrtc_init (R58WebRTC *self)
{
  self->max_peers = 64;
  self->peers = g_ptr_array_new_with_free_func ((GDestroyNotify) r58_peer_unref);
  g_mutex_init (&self->lock);
  g_cond_init (&self->removed);
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
    g_mutex_init (&self->src_lock[kind]);
  do {
    for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
      self->ssrc[kind] = g_random_int_range (1, G_MAXINT32);
  } while (self->ssrc[R58_VIDEO] == self->ssrc[R58_AUDIO]);
  gst_bin_set_suppressed_flags (GST_BIN (self), GST_ELEMENT_FLAG_SINK | GST_ELEMENT_FLAG_SOURCE);
  set_mode (self, MODE_SEND);
}

static void
r58_webrtc_class_init (R58WebRTCClass *klass)
{
  GObjectClass *object = G_OBJECT_CLASS (klass);
  GstElementClass *element = GST_ELEMENT_CLASS (klass);
  object->set_property = set_property;
  object->get_property = get_property;
  object->finalize = finalize;
  element->change_state = change_state;
  element->request_new_pad = request_new_pad;
  element->release_pad = release_pad;
  GST_BIN_CLASS (klass)->handle_message = handle_message;

  GParamFlags at_start = G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY;
  g_object_class_install_property (object, PROP_MODE,
      g_param_spec_enum ("mode", "Mode", "Whether media go to viewers or come from a guest", mode_type (), MODE_SEND,
          at_start));
  g_object_class_install_property (object, PROP_COMMAND,
      g_param_spec_string ("command", "Command",
          "A JSON object: {\"op\":\"add\",\"id\",\"sdp\":offer,\"fingerprint\":\"sha-256 …[,…]\","
          "\"video\":{\"pt\"}|null,\"audio\":{\"pt\",\"pad\":\"audio_main\"}|null,\"network\":{\"addresses\":[],"
          "\"minPort\",\"maxPort\",\"policy\":\"all|relay\",\"tcp\",\"gatherMs\",\"stun\":{\"address\",\"port\"},"
          "\"turn\":[{\"address\",\"port\",\"username\",\"password\",\"tcp\"}]}?}; "
          "{\"op\":\"candidate\",\"id\",\"candidate\":\"candidate:…\"}; "
          "{\"op\":\"remove\",\"id\"}; {\"op\":\"keyframe\"}. Answers are events",
          NULL, G_PARAM_WRITABLE | G_PARAM_STATIC_STRINGS));
  g_object_class_install_property (object, PROP_MAX_PEERS,
      g_param_spec_uint ("max-peers", "Most peers", "Peers at one time; one more is refused as full", 1, 1000, 64,
          at_start));

  gst_element_class_add_static_pad_template (element, &video_template);
  gst_element_class_add_static_pad_template (element, &audio_template);
  gst_element_class_add_static_pad_template (element, &video_src_template);
  gst_element_class_add_static_pad_template (element, &audio_src_template);
  gst_element_class_set_static_metadata (element, "R58 WebRTC peers", "Sink/Source/Network/WebRTC",
      "Sends one encode to any number of WebRTC viewers, or receives one guest (a new one takes the seat over). "
      "Events: answer {id,sdp,afterMs}, failed {id,reason} before the answer, state {id,state,reason?}, "
      "connected {id,localCandidate,remoteCandidate,connection,afterMs}, diagnosis {id,connection} after 4 s without, "
      "gone {id,reason,connection?} after the answer, refused {op,id,reason}, "
      "stats {peers:[{id,state,rttMs?,packets,bytes,dropped,heldMs?,videoQuiet?,audioQuiet?,lossPct?,kbps}],packetsIn,"
      "bytesIn,unsent?,videoWaitMs?,videoDropped?,videoOverlong?,audioWaitMs?,audioDropped?,audioOverlong?,"
      "keyRequests,joined,ended,refusedRtp,refusedRtcp,refusedResends,refusedKeys,removals} every 500 ms",
      "R58 Studio");
}

gboolean
r58_webrtc_register (GstPlugin *plugin)
{
  GST_DEBUG_CATEGORY_INIT (r58_webrtc_debug, "r58webrtc", 0, "R58 WebRTC peers");
  return gst_element_register (plugin, "r58webrtc", GST_RANK_NONE, R58_TYPE_WEBRTC);
}
