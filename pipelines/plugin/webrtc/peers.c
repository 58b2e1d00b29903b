/* The peers: adding and ending them, and the figures of all. */
#include "webrtc/webrtc.h"

#include <string.h>

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

void
rtc_end_peer (GstElement *owner, R58Peer *peer, const gchar *reason)
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

static const R58PeerOwner peer_owner = { rtc_end_peer, rtc_peer_wants_key, rtc_received, rtc_received_event };

R58Peer *
rtc_find_peer (R58WebRTC *self, const gchar *id)
{
  for (guint i = 0; id && i < self->peers->len; i++)
    if (g_str_equal (r58_peer_id (g_ptr_array_index (self->peers, i)), id))
      return g_ptr_array_index (self->peers, i);
  return NULL;
}

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

void
rtc_add_peer (R58WebRTC *self, const gchar *id, JsonObject *o)
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
  else if (rtc_find_peer (self, id))
    wrong = "a peer of this id is there already";
  if (wrong) {
    r58_command_refuse (GST_ELEMENT (self), "add", id, "%s", wrong);
    return;
  }
  if (options.receive && self->peers->len)
    rtc_end_peer (GST_ELEMENT (self), g_ptr_array_index (self->peers, 0), "replaced by another connection");
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

/* ---- figures ---- */

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

void
rtc_post_stats (R58WebRTC *self)
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
