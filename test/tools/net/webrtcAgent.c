/*
 * A plain webrtcbin that sends one picture, as a program in a virtual machine would. Lines of JSON:
 *   in:  {"offer": SDP}, {"candidate": TEXT, "mline": N}
 *   out: {"answer": SDP}, {"candidate": TEXT, "mline": N}, {"state": "new" | "connecting" | "connected" | ...}
 * The picture is VP8 at payload type 96, where Chromium offers it. Ends when its input ends.
 */
#include <gst/gst.h>
#define GST_USE_UNSTABLE_API
#include <gst/webrtc/webrtc.h>
#include <json-glib/json-glib.h>

static const char *description =
    "videotestsrc is-live=true pattern=solid-color foreground-color=%s "
    "! video/x-raw,format=I420,width=320,height=180,framerate=15/1 ! vp8enc deadline=1 keyframe-max-dist=15 "
    "! rtpvp8pay pt=96 ! application/x-rtp,media=video,encoding-name=VP8,payload=96,clock-rate=90000 "
    "! webrtcbin name=rtc bundle-policy=max-bundle";

static GstElement *rtc;
static GMainLoop *loop;
static GMutex said;

/* Takes the builder. Signals come from several threads. */
static void
say (JsonBuilder *builder)
{
  json_builder_end_object (builder);
  JsonNode *root = json_builder_get_root (builder);
  char *text = json_to_string (root, FALSE);
  g_mutex_lock (&said);
  g_print ("%s\n", text);
  g_mutex_unlock (&said);
  g_free (text);
  json_node_unref (root);
  g_object_unref (builder);
}

static JsonBuilder *
line (const char *name, const char *value)
{
  JsonBuilder *builder = json_builder_new ();
  json_builder_begin_object (builder);
  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, value);
  return builder;
}

static void
on_candidate (GstElement *element, guint mline, const char *candidate, gpointer data)
{
  JsonBuilder *builder = line ("candidate", candidate);
  json_builder_set_member_name (builder, "mline");
  json_builder_add_int_value (builder, mline);
  say (builder);
}

static void
on_state (GstElement *element, GParamSpec *spec, gpointer data)
{
  GstWebRTCPeerConnectionState state;
  g_object_get (element, "connection-state", &state, NULL);
  GEnumClass *class = g_type_class_ref (GST_TYPE_WEBRTC_PEER_CONNECTION_STATE);
  say (line ("state", g_enum_get_value (class, state)->value_nick));
  g_type_class_unref (class);
}

static void
on_answer (GstPromise *promise, gpointer data)
{
  GstWebRTCSessionDescription *answer = NULL;
  gst_structure_get (gst_promise_get_reply (promise), "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &answer, NULL);
  gst_promise_unref (promise);
  if (!answer) {
    say (line ("state", "no answer"));
    return;
  }
  g_signal_emit_by_name (rtc, "set-local-description", answer, NULL);
  char *text = gst_sdp_message_as_text (answer->sdp);
  say (line ("answer", text));
  g_free (text);
  gst_webrtc_session_description_free (answer);
}

static void
on_offer_set (GstPromise *promise, gpointer data)
{
  gst_promise_unref (promise);
  g_signal_emit_by_name (rtc, "create-answer", NULL, gst_promise_new_with_change_func (on_answer, NULL, NULL));
}

static void
take_offer (const char *text)
{
  GstSDPMessage *sdp;
  gst_sdp_message_new_from_text (text, &sdp);
  GstWebRTCSessionDescription *offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  GstPromise *promise = gst_promise_new_with_change_func (on_offer_set, NULL, NULL);
  g_signal_emit_by_name (rtc, "set-remote-description", offer, promise);
  gst_webrtc_session_description_free (offer);
}

static gboolean
on_input (GIOChannel *channel, GIOCondition condition, gpointer data)
{
  char *text = NULL;
  if (g_io_channel_read_line (channel, &text, NULL, NULL, NULL) != G_IO_STATUS_NORMAL) {
    g_main_loop_quit (loop);
    return G_SOURCE_REMOVE;
  }
  JsonNode *root = json_from_string (text, NULL);
  if (root && JSON_NODE_HOLDS_OBJECT (root)) {
    JsonObject *object = json_node_get_object (root);
    if (json_object_has_member (object, "offer"))
      take_offer (json_object_get_string_member (object, "offer"));
    else if (json_object_has_member (object, "candidate"))
      g_signal_emit_by_name (rtc, "add-ice-candidate", (guint) json_object_get_int_member (object, "mline"),
          json_object_get_string_member (object, "candidate"));
  }
  g_clear_pointer (&root, json_node_unref);
  g_free (text);
  return G_SOURCE_CONTINUE;
}

int
main (int argc, char **argv)
{
  gst_init (&argc, &argv);
  char *launch = g_strdup_printf (description, argc > 1 ? argv[1] : "0xff20a040");
  GstElement *pipeline = gst_parse_launch (launch, NULL);
  g_free (launch);
  if (!pipeline)
    return 1;
  rtc = gst_bin_get_by_name (GST_BIN (pipeline), "rtc");
  g_signal_connect (rtc, "on-ice-candidate", G_CALLBACK (on_candidate), NULL);
  g_signal_connect (rtc, "notify::connection-state", G_CALLBACK (on_state), NULL);
  gst_element_set_state (pipeline, GST_STATE_PLAYING);
  loop = g_main_loop_new (NULL, FALSE);
  GIOChannel *input = g_io_channel_unix_new (0);
  g_io_add_watch (input, G_IO_IN | G_IO_HUP, on_input, NULL);
  g_main_loop_run (loop);
  gst_element_set_state (pipeline, GST_STATE_NULL);
  return 0;
}
