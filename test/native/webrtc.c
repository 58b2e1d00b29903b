/* webrtc MODE: ends
 *   ends   a peer that is added while the element stops */
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

/* What became of the last `add`: "refused" with the reason, or "peer". */
static gchar *
fate (GstBus *bus)
{
  gchar *said = g_strdup ("nothing");
  GstMessage *message;
  while ((message = gst_bus_timed_pop_filtered (bus, 200 * GST_MSECOND, GST_MESSAGE_ELEMENT))) {
    const GstStructure *s = gst_message_get_structure (message);
    const gchar *event = gst_structure_get_string (s, "event");
    if (g_str_equal (event, "refused")) {
      g_free (said);
      said = g_strdup (gst_structure_get_string (s, "json"));
    } else if (g_str_equal (event, "state")) {
      g_free (said);
      said = g_strdup ("peer");
    }
    gst_message_unref (message);
  }
  return said;
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
  gchar *said = fate (bus);
  CHECK (strstr (said, "the pipeline stops"), "in the end: %s", said);
  CHECK (!self->peers->len, "%u peers after the end", self->peers->len);
  g_free (said);

  /* Back again, and everybody is welcome. */
  gst_element_set_state (p, GST_STATE_PLAYING);
  add (self);
  said = fate (bus);
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
  refused_at_the_end ();
  return 0;
}
