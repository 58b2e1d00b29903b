/* webrtc MODE COUNT: ends, pair
 *   ends   a peer that is added while the element stops
 *   pair   the pair of addresses in use, told while it changes */
#include "webrtc/peerparts.h"
#include "webrtc/webrtc.h"

#include <string.h>

#include "check.h"

static gint go_on;

static gboolean
hold_control (gpointer data)
{
  while (!g_atomic_int_get (&go_on))
    g_usleep (1000);
  return G_SOURCE_REMOVE;
}

static gpointer
set_ready (gpointer element)
{
  gst_element_set_state (element, GST_STATE_READY);
  return NULL;
}

/* What became of the last `add`: the reason why it was refused, or "peer". */
static gchar *
fate (R58WebRTC *self, GstBus *bus)
{
  for (guint i = 0; i < 100; i++) {
    if (self->peers->len)
      return g_strdup ("peer");
    GstMessage *message = gst_bus_timed_pop_filtered (bus, 50 * GST_MSECOND, GST_MESSAGE_ELEMENT);
    if (!message)
      continue;
    const GstStructure *s = gst_message_get_structure (message);
    gboolean refused = g_str_equal (gst_structure_get_string (s, "event"), "refused");
    gchar *said = refused ? g_strdup (gst_structure_get_string (s, "json")) : NULL;
    gst_message_unref (message);
    if (said)
      return said;
  }
  return g_strdup ("nothing");
}

static const gchar *offer =
    "v=0\\r\\no=- 1 2 IN IP4 127.0.0.1\\r\\ns=-\\r\\nt=0 0\\r\\na=group:BUNDLE 0\\r\\nm=audio 9 UDP/TLS/RTP/SAVPF 111\\r\\n"
    "c=IN IP4 0.0.0.0\\r\\na=rtcp-mux\\r\\na=ice-ufrag:abcd\\r\\na=ice-pwd:abcdefghijklmnopqrstuvwx\\r\\na=setup:actpass\\r\\n"
    "a=fingerprint:sha-256 00\\r\\na=mid:0\\r\\na=sendonly\\r\\na=rtpmap:111 opus/48000/2\\r\\n";

static void
add (R58WebRTC *self)
{
  gchar *text = g_strdup_printf ("{\"op\":\"add\",\"id\":\"late\",\"sdp\":\"%s\",\"fingerprint\":\"sha-256 00\","
      "\"audio\":{\"pt\":111}}", offer);
  g_object_set (self, "command", text, NULL);
  g_free (text);
}

static void
refused_at_the_end (void)
{
  GstElement *p = gst_parse_launch ("r58webrtc name=rtc mode=receive rtc.audio_src ! fakesink async=false", NULL);
  R58WebRTC *self = (R58WebRTC *) gst_bin_get_by_name (GST_BIN (p), "rtc");
  GstBus *bus = gst_element_get_bus (p);
  gst_element_set_state (p, GST_STATE_PLAYING);
  gst_element_get_state (p, NULL, NULL, 5 * GST_SECOND);

  /* Goodbyes are said, and the control thread still takes commands. */
  gst_element_set_state (p, GST_STATE_PAUSED);
  add (self);
  gchar *said = fate (self, bus);
  CHECK (strstr (said, "the pipeline stops"), "in the end: %s", said);
  CHECK (!self->peers->len, "%u peers after the end", self->peers->len);
  g_free (said);

  /* Back again, and everybody is welcome. */
  gst_element_set_state (p, GST_STATE_PLAYING);
  add (self);
  said = fate (self, bus);
  CHECK (g_str_equal (said, "peer"), "after the return: %s", said);
  g_free (said);
  gst_element_set_state (p, GST_STATE_PAUSED);

  /* The control thread ends before it comes to the command. */
  rtc_invoke (self, hold_control, NULL, NULL);
  GThread *stops = g_thread_new ("stops", set_ready, self);
  g_usleep (200 * 1000);
  add (self);
  g_atomic_int_set (&go_on, TRUE);
  g_thread_join (stops);
  CHECK (!self->peers->len, "%u peers without a thread", self->peers->len);
  gst_element_set_state (p, GST_STATE_NULL);
  gst_object_unref (bus);
  CHECK (GST_OBJECT_REFCOUNT_VALUE (self) == 2, "%d references", GST_OBJECT_REFCOUNT_VALUE (self));
  gst_object_unref (self);
  gst_object_unref (p);
}

/* ---- the pair in use ---- */

static gint enough;

/* Both of a pair have the same port here. */
static gpointer
change_pair (gpointer data)
{
  R58Peer *peer = data;
  for (guint i = 0; !g_atomic_int_get (&enough); i++) {
    NiceCandidate *local = nice_candidate_new (NICE_CANDIDATE_TYPE_HOST), *remote = nice_candidate_new (NICE_CANDIDATE_TYPE_HOST);
    nice_address_set_from_string (&local->addr, "192.0.2.1");
    nice_address_set_from_string (&remote->addr, "192.0.2.2");
    nice_address_set_port (&local->addr, 1 + i % 60000);
    nice_address_set_port (&remote->addr, 1 + i % 60000);
    g_signal_emit_by_name (peer->agent, "new-selected-pair-full", PEER_STREAM, NICE_COMPONENT_TYPE_RTP, local, remote);
    nice_candidate_free (local);
    nice_candidate_free (remote);
  }
  return NULL;
}

static gint64
port_of (JsonObject *report, const gchar *key)
{
  return json_object_has_member (report, key) ? json_object_get_int_member (json_object_get_object_member (report, key), "port") : 0;
}

static gint64
report_pair (R58Peer *peer)
{
  JsonBuilder *b = r58_json_begin ();
  peer_add_report (peer, b);
  json_builder_end_object (b);
  JsonNode *root = json_builder_get_root (b);
  gint64 local = port_of (json_node_get_object (root), "localCandidate");
  gint64 remote = port_of (json_node_get_object (root), "remoteCandidate");
  json_node_unref (root);
  g_object_unref (b);
  CHECK (local == remote, "halves of two pairs: %" G_GINT64_FORMAT " and %" G_GINT64_FORMAT, local, remote);
  return local;
}

static gint reported;

static gpointer
report_once (gpointer peer)
{
  report_pair (peer);
  g_atomic_int_set (&reported, TRUE);
  return NULL;
}

static void
pair_in_use (guint count)
{
  R58Peer *peer = g_new0 (R58Peer, 1);
  peer->refs = 1;
  g_mutex_init (&peer->lock);
  peer->webrtc = gst_object_ref_sink (gst_element_factory_make ("webrtcbin", NULL));
  peer->agent = nice_agent_new (NULL, NICE_COMPATIBILITY_RFC5245);
  CHECK (nice_agent_add_stream (peer->agent, 1) == PEER_STREAM, "a stream");
  peer_watch_connection (peer);
  GThread *thread = g_thread_new ("changes", change_pair, peer);
  gint64 seen = 0, until = g_get_monotonic_time () + 60 * G_TIME_SPAN_SECOND;
  for (guint pairs = 0; pairs < 300 * count;) {
    gint64 now = report_pair (peer);
    pairs += now != seen;
    seen = now;
    CHECK (g_get_monotonic_time () < until, "%u pairs seen", pairs);
  }
  g_atomic_int_set (&enough, TRUE);
  g_thread_join (thread);

  /* While somebody has the lock, it is not read. */
  g_mutex_lock (&peer->lock);
  thread = g_thread_new ("reports", report_once, peer);
  g_usleep (200 * 1000);
  CHECK (!g_atomic_int_get (&reported), "the pair was read without its lock");
  g_mutex_unlock (&peer->lock);
  g_thread_join (thread);
}

static gboolean
init (GstPlugin *plugin)
{
  return r58_webrtc_register (plugin);
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  gst_plugin_register_static (GST_VERSION_MAJOR, GST_VERSION_MINOR, "r58test", "Test", init, "1", "MIT", "r58", "r58", "r58");
  if (g_str_equal (argv[1], "ends"))
    refused_at_the_end ();
  else
    pair_in_use (atoi (argv[2]));
  return 0;
}
