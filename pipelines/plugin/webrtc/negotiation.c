/* From the offer of a peer to our answer. */
#include "webrtc/peerparts.h"

#include <gst/webrtc/webrtc.h>
#include <string.h>

#define CANDIDATES_MAX 12
#define CANDIDATE_LENGTH_MAX 512

/* Left alone webrtcbin names no header extension in its answer, and without transport-wide sequence numbers a browser's
 * bandwidth estimate stays at 300 kbit/s. The offer was trimmed to one codec a line. */
static void
on_new_transceiver (GstElement *webrtc, GObject *transceiver, R58Peer *peer)
{
  GstWebRTCKind kind;
  guint line;
  g_object_get (transceiver, "kind", &kind, "mlineindex", &line, NULL);
  GstCaps *caps = r58_sdp_preference (peer->offer, line);
  if (!caps)
    return;
  g_object_set (transceiver, "codec-preferences", caps, "do-nack", kind == GST_WEBRTC_KIND_VIDEO, NULL);
  gst_caps_unref (caps);
}

void
peer_stop_gathering (R58Peer *peer)
{
  if (!peer->gather_timer)
    return;
  g_source_destroy (peer->gather_timer);
  g_clear_pointer (&peer->gather_timer, g_source_unref);
}

/* Posts the answer with the candidates found so far. */
static void
answer (R58Peer *peer, gpointer unused)
{
  if (peer->answered || !peer->answer)
    return;
  peer->answered = TRUE;
  peer->expected = g_get_monotonic_time ();
  peer_stop_gathering (peer);
  GString *candidates = g_string_new (NULL);
  GSList *found = nice_agent_get_local_candidates (peer->agent, PEER_STREAM, NICE_COMPONENT_TYPE_RTP);
  for (GSList *l = found; l; l = l->next) {
    gchar *line = nice_agent_generate_local_candidate_sdp (peer->agent, l->data);
    if (line)
      g_string_append_printf (candidates, "%s%s\r\n", g_str_has_prefix (line, "a=") ? "" : "a=", line);
    g_free (line);
  }
  g_slist_free_full (found, (GDestroyNotify) nice_candidate_free);
  gchar *sdp = r58_sdp_with_candidates (peer->answer, candidates->str);
  g_string_free (candidates, TRUE);
  peer_set_state (peer, PEER_CONNECTING, "connecting", NULL);
  JsonBuilder *b = peer_event (peer);
  r58_json_string (b, "sdp", sdp);
  r58_json_int (b, "afterMs", (g_get_monotonic_time () - peer->created) / 1000);
  r58_post_event (peer->owner, "answer", b);
  g_free (sdp);
}

static gboolean
on_gather_timeout (gpointer data)
{
  answer (data, NULL);
  return G_SOURCE_REMOVE;
}

static void
on_gathered (NiceAgent *agent, guint stream, R58Peer *peer)
{
  peer_later (peer, answer, NULL);
}

static gchar *
promise_error (GstPromise *promise)
{
  const GstStructure *reply = gst_promise_get_reply (promise);
  GError *error = NULL;
  gchar *text = NULL;
  if (reply && gst_structure_has_field (reply, "error"))
    gst_structure_get (reply, "error", G_TYPE_ERROR, &error, NULL);
  if (error)
    text = g_strdup (error->message);
  g_clear_error (&error);
  return text;
}

static GstPromise *
promise_new (R58Peer *peer, GstPromiseChangeFunc changed)
{
  return gst_promise_new_with_change_func (changed, r58_peer_ref (peer), (GDestroyNotify) r58_peer_unref);
}

static void
local_set (R58Peer *peer, gpointer unused)
{
  peer_set_reports (peer);
  gchar *ufrag, *pwd;
  gboolean streams = nice_agent_get_local_credentials (peer->agent, PEER_STREAM, &ufrag, &pwd);
  if (!streams) {
    peer->does->ended (peer->owner, peer, "no media line of the offer can be used");
    return;
  }
  g_free (ufrag);
  g_free (pwd);
  if (peer->answered)
    return;
  peer->gather_timer = g_timeout_source_new (r58_network_gather_ms (peer->network));
  g_source_set_callback (peer->gather_timer, on_gather_timeout, r58_peer_ref (peer), (GDestroyNotify) r58_peer_unref);
  g_source_attach (peer->gather_timer, peer->context);
  GstWebRTCICEGatheringState gathering;
  g_object_get (peer->webrtc, "ice-gathering-state", &gathering, NULL);
  if (gathering == GST_WEBRTC_ICE_GATHERING_STATE_COMPLETE)
    answer (peer, NULL);
}

static void
on_local_set (GstPromise *promise, gpointer data)
{
  R58Peer *peer = data;
  gchar *error = promise_error (promise);
  gst_promise_unref (promise);
  if (error)
    peer_fail (peer, "the answer was refused: %s", error);
  else
    peer_later (peer, local_set, NULL);
  g_free (error);
}

static void
on_answer (GstPromise *promise, gpointer data)
{
  R58Peer *peer = data;
  gchar *error = promise_error (promise);
  const GstStructure *reply = gst_promise_get_reply (promise);
  GstWebRTCSessionDescription *description = NULL;
  if (!error && reply)
    gst_structure_get (reply, "answer", GST_TYPE_WEBRTC_SESSION_DESCRIPTION, &description, NULL);
  if (description && !g_atomic_int_get (&peer->ended)) {
    peer->answer = gst_sdp_message_as_text (description->sdp);
    r58_sdp_each_ssrc (description->sdp, peer->gate, r58_gate_own);
    r58_network_relays (peer->network, peer->agent, PEER_STREAM);
    GstPromise *next = promise_new (peer, on_local_set);
    g_signal_emit_by_name (peer->webrtc, "set-local-description", description, next);
  } else if (!description) {
    peer_fail (peer, "no answer could be made: %s", error ? error : "webrtcbin gave none");
  }
  if (description)
    gst_webrtc_session_description_free (description);
  gst_promise_unref (promise);
  g_free (error);
}

static void
on_remote_set (GstPromise *promise, gpointer data)
{
  R58Peer *peer = data;
  gchar *error = promise_error (promise);
  gst_promise_unref (promise);
  if (error)
    peer_fail (peer, "the offer was refused: %s", error);
  else if (!g_atomic_int_get (&peer->ended))
    g_signal_emit_by_name (peer->webrtc, "create-answer", NULL, promise_new (peer, on_answer));
  g_free (error);
}

void
peer_watch_negotiation (R58Peer *peer)
{
  peer_hear (peer, peer->agent, "candidate-gathering-done", G_CALLBACK (on_gathered));
  if (peer->receive)
    peer_hear (peer, peer->webrtc, "on-new-transceiver", G_CALLBACK (on_new_transceiver));
}

void
peer_negotiate (R58Peer *peer)
{
  GstSDPMessage *sdp;
  gst_sdp_message_copy (peer->offer, &sdp);
  GstWebRTCSessionDescription *offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  g_signal_emit_by_name (peer->webrtc, "set-remote-description", offer, promise_new (peer, on_remote_set));
  gst_webrtc_session_description_free (offer);
}

gboolean
r58_peer_candidate (R58Peer *peer, const gchar *candidate)
{
  if (!candidate || !g_str_has_prefix (candidate, "candidate:") || strlen (candidate) > CANDIDATE_LENGTH_MAX ||
      peer->candidates >= CANDIDATES_MAX)
    return FALSE;
  peer->candidates++;
  peer->expected = g_get_monotonic_time ();
  /* Everything is bundled onto the first media line. */
  g_signal_emit_by_name (peer->webrtc, "add-ice-candidate", 0, candidate);
  return TRUE;
}
