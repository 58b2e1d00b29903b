/* r58webrtc: one encode for any number of WebRTC viewers, or one guest received. See webrtc/peer.h for one peer. */
#include "common/element.h"
#include "webrtc/inbox.h"
#include "webrtc/peer.h"

#include <gst/video/video.h>

GST_DEBUG_CATEGORY (r58_webrtc_debug);
#define GST_CAT_DEFAULT r58_webrtc_debug

/* One key frame costs every viewer bandwidth: at most one request in this time for all peers together. Who joins waits for
 * the picture; who lost something has one. */
#define KEY_INTERVAL_US (500 * G_TIME_SPAN_MILLISECOND)
#define LOST_KEY_INTERVAL_US G_TIME_SPAN_SECOND
#define CHECK_MS 250
#define COMMANDS_MAX 256
#define STOP_MAX_US (5 * G_TIME_SPAN_SECOND)

#define VIDEO_CAPS "application/x-rtp,media=(string)video,encoding-name=(string)H264,clock-rate=(int)90000"
#define AUDIO_CAPS "application/x-rtp,media=(string)audio,encoding-name=(string)OPUS,clock-rate=(int)48000"

typedef enum { MODE_SEND, MODE_RECEIVE } Mode;

#define R58_TYPE_WEBRTC (r58_webrtc_get_type ())
G_DECLARE_FINAL_TYPE (R58WebRTC, r58_webrtc, R58, WEBRTC, GstBin)

struct _R58WebRTC {
  GstBin parent;

  Mode mode;
  guint max_peers;

  /* Control thread: commands, deadlines, everything done to peers but pushing packets. */
  GThread *thread;
  GMainContext *context;
  GMainLoop *loop;
  gint commands;        /* waiting */
  GThread *warmer;
  GSource *key_timer;
  gint64 key_asked, key_due;
  gint src_vp8;         /* receive: it is no H.264; any thread */
  gint awaits_key;      /* receive: what comes cannot be decoded until a key frame does; any thread */
  guint ticks;

  GMutex lock;
  GCond removed;
  gboolean ends;        /* control thread: the pipeline stops, nobody may come any more */
  GPtrArray *peers;     /* under lock; changed by the control thread only */
  guint removals;       /* peers being taken apart */
  /* What every viewer is sent under: an answer has to name it, also before the payloader has made its first packet. */
  guint32 ssrc[R58_KINDS];
  guint64 packets_in, bytes_in, key_requests, joined, ended;
  R58GateRefused refused; /* of peers that have ended */

  /* Receive: one pad a kind, there as long as the element, and what waits for the decoder behind it. */
  GstPad *src[R58_KINDS];
  R58Inbox *inbox[R58_KINDS];
  GMutex src_lock[R58_KINDS];
  gboolean src_begun[R58_KINDS], src_discont[R58_KINDS], src_checked[R58_KINDS];
  GstCaps *src_caps[R58_KINDS];
};

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

/* ---- key frames ---- */

static void
ask_key (R58WebRTC *self)
{
  self->key_asked = g_get_monotonic_time ();
  g_mutex_lock (&self->lock);
  self->key_requests++;
  R58Peer *guest = NULL;
  if (self->mode == MODE_RECEIVE && self->peers->len)
    guest = r58_peer_ref (g_ptr_array_index (self->peers, 0));
  g_mutex_unlock (&self->lock);
  if (guest) {
    r58_peer_ask_key (guest);
    r58_peer_unref (guest);
  } else if (self->mode == MODE_SEND) {
    GstPad *video = gst_element_get_static_pad (GST_ELEMENT (self), "video");
    if (video) {
      gst_pad_push_event (video, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
      gst_object_unref (video);
    }
  }
}

static gboolean
on_key_timer (gpointer data)
{
  R58WebRTC *self = data;
  g_clear_pointer (&self->key_timer, g_source_unref);
  if (self->mode == MODE_SEND || g_atomic_int_get (&self->awaits_key))
    ask_key (self);
  return G_SOURCE_REMOVE;
}

/* At once, or at the end of the interval for all who asked in between. Control thread. */
static void
want_key (R58WebRTC *self, gint64 interval_us)
{
  gint64 due = self->key_asked + interval_us, wait_us = due - g_get_monotonic_time ();
  if (self->key_timer && self->key_due <= due)
    return;
  if (self->key_timer) {
    g_source_destroy (self->key_timer);
    g_clear_pointer (&self->key_timer, g_source_unref);
  }
  if (wait_us <= 0) {
    ask_key (self);
    return;
  }
  self->key_due = due;
  self->key_timer = g_timeout_source_new (wait_us / 1000 + 1);
  g_source_set_callback (self->key_timer, on_key_timer, self, NULL);
  g_source_attach (self->key_timer, self->context);
}

static gboolean
key_wanted (gpointer data)
{
  want_key (data, KEY_INTERVAL_US);
  return G_SOURCE_REMOVE;
}

static gboolean
lost_key_wanted (gpointer data)
{
  want_key (data, LOST_KEY_INTERVAL_US);
  return G_SOURCE_REMOVE;
}

static void
invoke (R58WebRTC *self, GSourceFunc call, gpointer data, GDestroyNotify notify)
{
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, call, data, notify);
  g_source_attach (source, self->context);
  g_source_unref (source);
}

static void
peer_wants_key (GstElement *owner, gboolean joins)
{
  invoke (R58_WEBRTC (owner), joins ? key_wanted : lost_key_wanted, owner, NULL);
}

/* Receive: what comes next cannot be decoded without a key frame. */
static void
guest_needs_key (gpointer owner)
{
  R58WebRTC *self = owner;
  g_atomic_int_set (&self->awaits_key, TRUE);
  invoke (self, key_wanted, self, NULL);
}

/* ---- peers ---- */

static void
peer_removed (GstElement *owner)
{
  R58WebRTC *self = R58_WEBRTC (owner);
  g_mutex_lock (&self->lock);
  self->removals--;
  g_cond_broadcast (&self->removed);
  g_mutex_unlock (&self->lock);
}

static void
add_refused (R58GateRefused *sum, R58Peer *peer)
{
  R58GateRefused one = r58_peer_refused (peer);
  sum->rtp += one.rtp;
  sum->rtcp += one.rtcp;
  sum->resends += one.resends;
  sum->keys += one.keys;
}

static void
peer_ended (GstElement *owner, R58Peer *peer, const gchar *reason)
{
  R58WebRTC *self = R58_WEBRTC (owner);
  r58_peer_ref (peer);
  g_mutex_lock (&self->lock);
  gboolean ours = g_ptr_array_remove (self->peers, peer);
  if (ours) {
    self->ended++;
    self->removals++;
    add_refused (&self->refused, peer);
  }
  g_mutex_unlock (&self->lock);
  if (ours)
    r58_peer_end (peer, reason, peer_removed);
  r58_peer_unref (peer);
}

/* What a guest sends goes out on the pad of its kind. Only the peer in the seat may push. */
static gboolean
in_seat (R58WebRTC *self, R58Peer *peer)
{
  g_mutex_lock (&self->lock);
  gboolean seated = self->peers->len && g_ptr_array_index (self->peers, 0) == peer;
  g_mutex_unlock (&self->lock);
  return seated;
}

static void
peer_received (GstElement *owner, R58Peer *peer, R58Kind kind, GstMiniObject *unit)
{
  R58WebRTC *self = R58_WEBRTC (owner);
  GstPad *pad = self->src[kind];
  if (!pad || !in_seat (self, peer)) {
    gst_mini_object_unref (unit);
    return;
  }
  g_mutex_lock (&self->src_lock[kind]);
  gboolean first = self->src_discont[kind];
  self->src_discont[kind] = FALSE;
  g_mutex_unlock (&self->src_lock[kind]);
  if (first && GST_IS_BUFFER (unit)) {
    unit = (GstMiniObject *) gst_buffer_make_writable (GST_BUFFER (unit));
    GST_BUFFER_FLAG_SET (GST_BUFFER (unit), GST_BUFFER_FLAG_DISCONT);
  }
  /* A stream that is joined in its middle, or has a hole, is no picture until the guest is asked; the request or what
   * answers it may be lost too. */
  gboolean starts = FALSE;
  if (kind == R58_VIDEO && GST_IS_BUFFER (unit)) {
    starts = g_atomic_int_get (&self->src_vp8) ? r58_rtp_starts_vp8 (GST_BUFFER (unit)) : r58_rtp_unit_starts_h264 (unit);
    if (starts)
      g_atomic_int_set (&self->awaits_key, FALSE);
    else if (first)
      g_atomic_int_set (&self->awaits_key, TRUE);
    if (g_atomic_int_get (&self->awaits_key) && r58_rtp_ends_frame (GST_BUFFER (unit)))
      invoke (self, key_wanted, self, NULL);
  }
  g_mutex_lock (&self->lock);
  self->packets_in += r58_rtp_unit_packets (unit);
  self->bytes_in += r58_rtp_unit_bytes (unit);
  g_mutex_unlock (&self->lock);
  r58_inbox_push (self->inbox[kind], unit, starts);
}

static void
push_event (R58WebRTC *self, R58Kind kind, GstEvent *event)
{
  r58_inbox_push (self->inbox[kind], GST_MINI_OBJECT_CAST (event), FALSE);
}

static void
src_caps (R58WebRTC *self, R58Kind kind, GstCaps *caps)
{
  GstPad *pad = self->src[kind];
  GstCaps *out = gst_caps_copy (caps);
  const gchar *encoding = gst_structure_get_string (gst_caps_get_structure (out, 0), "encoding-name");
  if (kind == R58_VIDEO) {
    g_atomic_int_set (&self->src_vp8, g_strcmp0 (encoding, "VP8") == 0);
    r58_inbox_vp8 (self->inbox[kind], g_atomic_int_get (&self->src_vp8));
  }
  /* The same stream with another SSRC is no other format. */
  gst_structure_remove_field (gst_caps_get_structure (out, 0), "ssrc");
  if (!self->src_begun[kind]) {
    gchar *id = gst_pad_create_stream_id (pad, GST_ELEMENT (self), r58_kind_name (kind));
    push_event (self, kind, gst_event_new_stream_start (id));
    g_free (id);
  }
  if (!self->src_caps[kind] || !gst_caps_is_equal (self->src_caps[kind], out)) {
    push_event (self, kind, gst_event_new_caps (out));
    gst_caps_replace (&self->src_caps[kind], out);
  }
  if (!self->src_begun[kind]) {
    GstSegment segment;
    gst_segment_init (&segment, GST_FORMAT_TIME);
    push_event (self, kind, gst_event_new_segment (&segment));
  }
  self->src_begun[kind] = TRUE;
  self->src_discont[kind] = TRUE;
  gst_caps_unref (out);
}

static void
peer_received_event (GstElement *owner, R58Peer *peer, R58Kind kind, GstEvent *event)
{
  R58WebRTC *self = R58_WEBRTC (owner);
  if (self->src[kind] && in_seat (self, peer)) {
    g_mutex_lock (&self->src_lock[kind]);
    if (GST_EVENT_TYPE (event) == GST_EVENT_CAPS) {
      GstCaps *caps;
      gst_event_parse_caps (event, &caps);
      src_caps (self, kind, caps);
    } else if (GST_EVENT_TYPE (event) == GST_EVENT_CUSTOM_DOWNSTREAM && self->src_begun[kind]) {
      /* GstRTPPacketLost: lets Opus conceal what is missing. */
      if (kind == R58_VIDEO && gst_event_has_name (event, "GstRTPPacketLost"))
        g_atomic_int_set (&self->awaits_key, TRUE);
      push_event (self, kind, gst_event_ref (event));
    }
    g_mutex_unlock (&self->src_lock[kind]);
  }
  gst_event_unref (event);
}

static const R58PeerOwner peer_owner = { peer_ended, peer_wants_key, peer_received, peer_received_event };

static R58Peer *
find_peer (R58WebRTC *self, const gchar *id)
{
  for (guint i = 0; id && i < self->peers->len; i++)
    if (g_str_equal (r58_peer_id (g_ptr_array_index (self->peers, i)), id))
      return g_ptr_array_index (self->peers, i);
  return NULL;
}

/* ---- commands ---- */

static JsonObject *
member_object (JsonObject *o, const gchar *key)
{
  JsonNode *node = json_object_get_member (o, key);
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
has_pad (R58WebRTC *self, const gchar *name)
{
  GstPad *pad = gst_element_get_static_pad (GST_ELEMENT (self), name);
  gboolean has = pad != NULL;
  gst_clear_object (&pad);
  return has;
}

static void
add_peer (R58WebRTC *self, const gchar *id, JsonObject *o)
{
  const gchar *sdp = r58_member_string (o, "sdp", NULL), *fingerprint = r58_member_string (o, "fingerprint", NULL);
  JsonObject *video = member_object (o, "video"), *audio = member_object (o, "audio");
  const gchar *audio_pad = audio ? r58_member_string (audio, "pad", NULL) : NULL;
  R58PeerOptions options = {
    .owner = GST_ELEMENT (self),
    .does = &peer_owner,
    .context = self->context,
    .receive = self->mode == MODE_RECEIVE,
    .id = id,
    .sdp = sdp,
    .fingerprint = fingerprint,
    .video_pt = video ? r58_member_int (video, "pt", -1) : -1,
    .audio_pt = audio ? r58_member_int (audio, "pt", -1) : -1,
    .audio_pad = audio_pad,
  };
  const gchar *wrong = NULL;
  if (self->ends)
    wrong = "the pipeline stops";
  else if (!id || !*id || strlen (id) > 128)
    wrong = "id must be a string of 1 to 128 bytes";
  else if (!sdp || !fingerprint)
    wrong = "sdp and fingerprint must be strings";
  else if ((video && (options.video_pt < 0 || options.video_pt > 127)) ||
      (audio && (options.audio_pt < 0 || options.audio_pt > 127)))
    wrong = "pt must be 0 to 127";
  else if (!video && !audio)
    wrong = "video and audio are both missing";
  else if (!options.receive && audio && (!audio_pad || !has_pad (self, audio_pad)))
    wrong = "audio.pad names no pad of this element";
  else if (!options.receive && video && !has_pad (self, "video"))
    wrong = "this element has no video";
  else if (find_peer (self, id))
    wrong = "a peer of this id is there already";
  if (wrong) {
    r58_command_refuse (GST_ELEMENT (self), "add", id, "%s", wrong);
    return;
  }
  if (options.receive && self->peers->len)
    peer_ended (GST_ELEMENT (self), g_ptr_array_index (self->peers, 0), "replaced by another connection");
  if (self->peers->len >= self->max_peers) {
    JsonBuilder *b = r58_json_begin ();
    r58_json_string (b, "id", id);
    r58_json_string (b, "reason", "full");
    r58_post_event (GST_ELEMENT (self), "failed", b);
    return;
  }
  options.network = r58_network_new (member_object (o, "network"), &wrong);
  if (!options.network) {
    r58_command_refuse (GST_ELEMENT (self), "add", id, "%s", wrong);
    return;
  }
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
    options.ssrc[kind] = self->ssrc[kind];
  R58Peer *peer = r58_peer_new (&options);
  g_mutex_lock (&self->lock);
  g_ptr_array_add (self->peers, peer);
  self->joined++;
  g_mutex_unlock (&self->lock);
}

typedef struct {
  R58WebRTC *self;
  JsonParser *parser;
  JsonObject *object;
  const gchar *op;
} Command;

static gboolean
run_command (gpointer data)
{
  Command *c = data;
  R58WebRTC *self = c->self;
  const gchar *id = r58_member_string (c->object, "id", NULL);
  R58Peer *peer = find_peer (self, id);
  if (g_str_equal (c->op, "add")) {
    add_peer (self, id, c->object);
  } else if (g_str_equal (c->op, "keyframe")) {
    g_atomic_int_set (&self->awaits_key, TRUE);
    key_wanted (self);
  } else if (!g_str_equal (c->op, "candidate") && !g_str_equal (c->op, "remove")) {
    r58_command_refuse (GST_ELEMENT (self), c->op, id, "op must be add, candidate, remove or keyframe");
  } else if (!peer) {
    r58_command_refuse (GST_ELEMENT (self), c->op, id, "no such peer");
  } else if (g_str_equal (c->op, "remove")) {
    peer_ended (GST_ELEMENT (self), peer, "removed");
  } else if (!r58_peer_candidate (peer, r58_member_string (c->object, "candidate", NULL))) {
    /* RFC 9725 §4.3.2: what cannot be used is discarded silently. */
    GST_INFO_OBJECT (self, "%s: a candidate was left out", id);
  }
  g_atomic_int_add (&self->commands, -1);
  return G_SOURCE_REMOVE;
}

static void
command_free (gpointer data)
{
  Command *c = data;
  g_object_unref (c->parser);
  g_free (c);
}

static void
take_command (R58WebRTC *self, const gchar *text)
{
  JsonObject *object;
  const gchar *op;
  JsonParser *parser = r58_command_parse (GST_ELEMENT (self), text, &object, &op);
  if (!parser)
    return;
  GST_OBJECT_LOCK (self);
  gboolean running = self->context != NULL && GST_STATE (self) >= GST_STATE_PAUSED;
  gboolean room = g_atomic_int_get (&self->commands) < COMMANDS_MAX;
  if (running && room) {
    g_atomic_int_inc (&self->commands);
    Command *c = g_new (Command, 1);
    *c = (Command){ self, parser, object, op };
    invoke (self, run_command, c, command_free);
  }
  GST_OBJECT_UNLOCK (self);
  if (!running || !room) {
    r58_command_refuse (GST_ELEMENT (self), op, r58_member_string (object, "id", NULL), "%s",
        running ? "busy: too many commands wait" : "the pipeline is not running");
    g_object_unref (parser);
  }
}

/* ---- control thread ---- */

/* What waits for the decoder, and what it was too slow for. */
static void
add_inbox (JsonBuilder *b, R58Kind kind, const R58InboxStats *stats)
{
  static const gchar *keys[R58_KINDS][3] = { { "videoWaitMs", "videoDropped", "videoOverlong" },
    { "audioWaitMs", "audioDropped", "audioOverlong" } };
  r58_json_double (b, keys[kind][0], stats->waited / 1e6);
  r58_json_int (b, keys[kind][1], stats->dropped);
  r58_json_int (b, keys[kind][2], stats->overlong);
}

static void
post_stats (R58WebRTC *self)
{
  JsonBuilder *b = r58_json_begin ();
  json_builder_set_member_name (b, "peers");
  json_builder_begin_array (b);
  for (guint i = 0; i < self->peers->len; i++)
    r58_peer_stats (g_ptr_array_index (self->peers, i), b);
  json_builder_end_array (b);
  g_mutex_lock (&self->lock);
  r58_json_int (b, "packetsIn", self->packets_in);
  r58_json_int (b, "bytesIn", self->bytes_in);
  guint64 unsent = 0;
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS && self->inbox[kind]; kind++) {
    R58InboxStats stats;
    r58_inbox_stats (self->inbox[kind], &stats);
    add_inbox (b, kind, &stats);
    unsent += stats.unsent;
  }
  if (self->mode == MODE_RECEIVE)
    r58_json_int (b, "unsent", unsent);
  r58_json_int (b, "keyRequests", self->key_requests);
  r58_json_int (b, "joined", self->joined);
  r58_json_int (b, "ended", self->ended);
  R58GateRefused refused = self->refused;
  for (guint i = 0; i < self->peers->len; i++)
    add_refused (&refused, g_ptr_array_index (self->peers, i));
  r58_json_int (b, "refusedRtp", refused.rtp);
  r58_json_int (b, "refusedRtcp", refused.rtcp);
  r58_json_int (b, "refusedResends", refused.resends);
  r58_json_int (b, "refusedKeys", refused.keys);
  r58_json_int (b, "removals", self->removals);
  g_mutex_unlock (&self->lock);
  r58_post_event (GST_ELEMENT (self), "stats", b);
}

static gboolean
on_tick (gpointer data)
{
  R58WebRTC *self = data;
  /* Backwards: a check may remove its peer. */
  for (guint i = self->peers->len; i-- > 0;)
    r58_peer_check (g_ptr_array_index (self->peers, i));
  if (++self->ticks % 2 == 0)
    post_stats (self);
  return G_SOURCE_CONTINUE;
}

static gpointer
control (gpointer data)
{
  R58WebRTC *self = data;
  g_main_context_push_thread_default (self->context);
  GSource *tick = g_timeout_source_new (CHECK_MS);
  g_source_set_callback (tick, on_tick, self, NULL);
  g_source_attach (tick, self->context);
  g_main_loop_run (self->loop);
  g_source_destroy (tick);
  g_source_unref (tick);
  if (self->key_timer)
    g_source_destroy (self->key_timer);
  g_clear_pointer (&self->key_timer, g_source_unref);
  g_main_context_pop_thread_default (self->context);
  return NULL;
}

static gpointer
warm (gpointer data)
{
  r58_peer_warm ();
  return NULL;
}

static void
start (R58WebRTC *self)
{
  GST_OBJECT_LOCK (self);
  self->context = g_main_context_new ();
  GST_OBJECT_UNLOCK (self);
  self->loop = g_main_loop_new (self->context, FALSE);
  self->key_asked = 0;
  self->ends = FALSE;
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
    if (self->inbox[kind])
      r58_inbox_start (self->inbox[kind]);
  self->thread = g_thread_new ("r58-webrtc", control, self);
  self->warmer = g_thread_new ("r58-warm", warm, NULL);
}

static gboolean
quit (gpointer data)
{
  g_main_loop_quit (data);
  return G_SOURCE_REMOVE;
}

static gboolean
end_all (gpointer data)
{
  R58WebRTC *self = data;
  self->ends = TRUE;
  while (self->peers->len)
    peer_ended (GST_ELEMENT (self), g_ptr_array_index (self->peers, self->peers->len - 1), "the pipeline stops");
  return G_SOURCE_REMOVE;
}

static void
wait_for_removals (R58WebRTC *self)
{
  g_mutex_lock (&self->lock);
  gint64 until = g_get_monotonic_time () + STOP_MAX_US;
  while ((self->peers->len || self->removals) && g_cond_wait_until (&self->removed, &self->lock, until))
    ;
  if (self->removals)
    GST_ERROR_OBJECT (self, "%u peers did not end within 5 s", self->removals);
  g_mutex_unlock (&self->lock);
}

static gboolean
begin_again (gpointer data)
{
  R58_WEBRTC (data)->ends = FALSE;
  return G_SOURCE_REMOVE;
}

/* Peers are told of the end while it is possible: below PLAYING nothing is sent any more. */
static void
say_goodbye (R58WebRTC *self)
{
  if (!self->thread)
    return;
  invoke (self, end_all, self, NULL);
  wait_for_removals (self);
}

static void
stop (R58WebRTC *self)
{
  if (!self->thread)
    return;
  g_clear_pointer (&self->warmer, g_thread_join);
  invoke (self, quit, self->loop, NULL);
  g_clear_pointer (&self->thread, g_thread_join);
  end_all (self);
  wait_for_removals (self);
  /* What was still asked of the control thread holds peers, and they hold the context. */
  while (g_main_context_iteration (self->context, FALSE));
  g_clear_pointer (&self->loop, g_main_loop_unref);
  GST_OBJECT_LOCK (self);
  g_clear_pointer (&self->context, g_main_context_unref);
  GST_OBJECT_UNLOCK (self);
}

/* ---- pads ---- */

typedef struct {
  guint8 pt;
  GstMiniObject *unit;
} Rewritten;

/* Viewers of one browser share a payload type: each type is written once. */
static void
distribute (R58WebRTC *self, GstPad *pad, GstMiniObject *unit)
{
  enum { TYPES = 8 };
  Rewritten written[TYPES];
  guint types = 0;
  const gchar *name = GST_PAD_NAME (pad);
  R58Kind kind = g_str_equal (name, "video") ? R58_VIDEO : R58_AUDIO;
  gboolean starts = kind == R58_AUDIO || r58_rtp_unit_starts_h264 (unit);
  g_mutex_lock (&self->lock);
  self->packets_in += r58_rtp_unit_packets (unit);
  self->bytes_in += r58_rtp_unit_bytes (unit);
  for (guint i = 0; i < self->peers->len; i++) {
    R58Peer *peer = g_ptr_array_index (self->peers, i);
    gint pt = r58_peer_takes (peer, name);
    if (pt < 0)
      continue;
    guint t = 0;
    while (t < types && written[t].pt != pt)
      t++;
    if (t == types && types == TYPES)
      gst_mini_object_unref (written[--t].unit);
    else if (t == types)
      types++;
    else {
      if (written[t].unit)
        r58_peer_push (peer, kind, gst_mini_object_ref (written[t].unit), starts);
      continue;
    }
    written[t] = (Rewritten){ pt, r58_rtp_unit_rewrite (unit, pt, self->ssrc[kind]) };
    if (written[t].unit)
      r58_peer_push (peer, kind, gst_mini_object_ref (written[t].unit), starts);
  }
  g_mutex_unlock (&self->lock);
  for (guint t = 0; t < types; t++)
    if (written[t].unit)
      gst_mini_object_unref (written[t].unit);
  gst_mini_object_unref (unit);
}

static GstFlowReturn
sink_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  distribute (R58_WEBRTC (parent), pad, (GstMiniObject *) buffer);
  return GST_FLOW_OK;
}

static GstFlowReturn
sink_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  distribute (R58_WEBRTC (parent), pad, (GstMiniObject *) list);
  return GST_FLOW_OK;
}

static gboolean
sink_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  /* A live programme has no end; when the pipeline is told to end, this element is no reason to wait. */
  if (GST_EVENT_TYPE (event) == GST_EVENT_EOS)
    gst_element_post_message (GST_ELEMENT (parent), gst_message_new_eos (GST_OBJECT (parent)));
  gst_event_unref (event);
  return TRUE;
}

static GstPad *
request_new_pad (GstElement *element, GstPadTemplate *template, const gchar *name, const GstCaps *caps)
{
  if (R58_WEBRTC (element)->mode != MODE_SEND)
    return NULL;
  gboolean video = g_str_equal (GST_PAD_TEMPLATE_NAME_TEMPLATE (template), "video");
  gchar *wanted = g_strdup (video ? "video" : name ? name : "audio_main");
  GstPad *old = gst_element_get_static_pad (element, wanted);
  GstPad *pad = old ? NULL : gst_pad_new_from_template (template, wanted);
  g_free (wanted);
  if (old) {
    gst_object_unref (old);
    return NULL;
  }
  gst_pad_set_chain_function (pad, sink_chain);
  gst_pad_set_chain_list_function (pad, sink_chain_list);
  gst_pad_set_event_function (pad, sink_event);
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

static gboolean
src_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  R58WebRTC *self = R58_WEBRTC (parent);
  if (gst_video_event_is_force_key_unit (event)) {
    GST_OBJECT_LOCK (self);
    if (self->context)
      invoke (self, key_wanted, self, NULL);
    GST_OBJECT_UNLOCK (self);
  }
  gst_event_unref (event);
  return TRUE;
}

static gboolean
src_query (GstPad *pad, GstObject *parent, GstQuery *query)
{
  if (GST_QUERY_TYPE (query) != GST_QUERY_LATENCY)
    return gst_pad_query_default (pad, parent, query);
  gst_query_set_latency (query, TRUE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

static void
set_mode (R58WebRTC *self, Mode mode)
{
  GstStaticPadTemplate *templates[] = { &video_src_template, &audio_src_template };
  self->mode = mode;
  for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++) {
    if (mode == MODE_RECEIVE && !self->src[kind]) {
      GstPad *pad = gst_pad_new_from_static_template (templates[kind], templates[kind]->name_template);
      gst_pad_set_event_function (pad, src_event);
      gst_pad_set_query_function (pad, src_query);
      gst_pad_use_fixed_caps (pad);
      self->src[kind] = pad;
      self->inbox[kind] = r58_inbox_new (pad, kind, guest_needs_key, self);
      gst_element_add_pad (GST_ELEMENT (self), pad);
    } else if (mode == MODE_SEND && self->src[kind]) {
      g_clear_pointer (&self->inbox[kind], r58_inbox_free);
      gst_element_remove_pad (GST_ELEMENT (self), self->src[kind]);
      self->src[kind] = NULL;
    }
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
    start (self);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING)
    invoke (self, begin_again, self, NULL);
  else if (transition == GST_STATE_CHANGE_PLAYING_TO_PAUSED)
    say_goodbye (self);
  else if (transition == GST_STATE_CHANGE_PAUSED_TO_READY)
    stop (self);
  GstStateChangeReturn ret = GST_ELEMENT_CLASS (r58_webrtc_parent_class)->change_state (element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++) {
      if (self->inbox[kind])
        r58_inbox_stop (self->inbox[kind]);
      self->src_begun[kind] = FALSE;
      gst_clear_caps (&self->src_caps[kind]);
    }
  }
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
      take_command (self, g_value_get_string (value));
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
      "connected {id,localCandidate,remoteCandidate,connection,afterMs}, trouble {id,connection} after 4 s without, "
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
