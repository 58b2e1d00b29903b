/* Whether there is a connection to a peer: its certificate, the addresses in use, and deadlines for all of it. */
#include "webrtc/peerparts.h"

#include <gst/webrtc/webrtc.h>

#include "webrtc/certificate.h"

/* Bounds, all from the moment named. RFC 9725 clients give a POST 8 s in all (OBS). */
#define CONNECT_MAX_US (15 * G_TIME_SPAN_SECOND)
/* A peer that is not connected by then gets a diagnosis. One whose pairs have all failed is given up, but not before:
 * addresses from servers arrive late. */
#define DIAGNOSIS_US (4 * G_TIME_SPAN_SECOND)
#define ICE_FAILED_US (8 * G_TIME_SPAN_SECOND)
/* A viewer without a path this long after the answer or its last candidate is gone: another gets its place. */
#define VIEWER_MISSING_US (6 * G_TIME_SPAN_SECOND)
/* libnice checks consent (RFC 7675) every 4 to 6 s and browsers every 2.5 s: either two of our checks were lost, or nobody
 * is there. RTCP tells nothing: a viewer of sound may report every 7.5 s (RFC 3550 §6.2), and a muted guest need not send. */
#define SILENCE_MAX_US (13 * G_TIME_SPAN_SECOND)

/* GstDtlsConnectionState is not in a public header. */
enum { DTLS_NEW, DTLS_CLOSED, DTLS_FAILED, DTLS_CONNECTING, DTLS_CONNECTED };

/* ---- certificate and addresses ---- */

/* Comes in the handshake, before keys exist: no media passes unverified. */
static void
on_peer_pem (GObject *dtls, GParamSpec *spec, R58Peer *peer)
{
  gchar *pem = NULL;
  g_object_get (dtls, "peer-pem", &pem, NULL);
  gboolean matches = r58_certificate_matches (pem, peer->fingerprint);
  g_free (pem);
  g_atomic_int_set (&peer->verified, matches);
  if (!matches)
    peer_fail (peer, "DTLS fingerprint mismatch: the certificate is not the one of the offer");
}

/* Copies: libnice's own may go while they are read. On its thread, so the sockets stay until they are held. */
static void
on_selected_pair (NiceAgent *agent, guint stream, guint component, NiceCandidate *local, NiceCandidate *remote,
    R58Peer *peer)
{
  g_mutex_lock (&peer->lock);
  g_clear_pointer (&peer->local, nice_candidate_free);
  g_clear_pointer (&peer->remote, nice_candidate_free);
  peer->local = nice_candidate_copy (local);
  peer->remote = nice_candidate_copy (remote);
  g_mutex_unlock (&peer->lock);
  GPtrArray *sockets = r58_life_sockets (agent, stream, component);
  g_mutex_lock (&peer->lock);
  r58_life_watch (&peer->life, sockets);
  g_mutex_unlock (&peer->lock);
}

void
peer_add_report (R58Peer *peer, JsonBuilder *b)
{
  static const gchar *names[] = { "new", "closed", "failed", "connecting", "connected" };
  if (!peer->agent)
    return;
  g_mutex_lock (&peer->lock);
  NiceCandidate *local = peer->local ? nice_candidate_copy (peer->local) : NULL;
  NiceCandidate *remote = peer->remote ? nice_candidate_copy (peer->remote) : NULL;
  g_mutex_unlock (&peer->lock);
  if (local && remote) {
    r58_network_add_candidate (b, "localCandidate", local);
    r58_network_add_candidate (b, "remoteCandidate", remote);
  }
  r58_network_report (b, peer->agent, PEER_STREAM, local, remote, names[g_atomic_int_get (&peer->dtls)]);
  g_clear_pointer (&local, nice_candidate_free);
  g_clear_pointer (&remote, nice_candidate_free);
}

/* ---- states ---- */

static void
connected (R58Peer *peer, gpointer unused)
{
  if (peer->state == PEER_CONNECTED)
    return;
  if (!g_atomic_int_get (&peer->verified)) {
    peer->does->ended (peer->owner, peer, "DTLS fingerprint mismatch: the peer showed no certificate");
    return;
  }
  peer->connected_at = g_get_monotonic_time ();
  r58_network_connected (peer->agent);
  g_mutex_lock (&peer->lock);
  r58_life_heard (&peer->life, peer->connected_at);
  peer->media[R58_VIDEO] = peer->media[R58_AUDIO] = peer->connected_at;
  g_mutex_unlock (&peer->lock);
  peer_set_state (peer, PEER_CONNECTED, "connected", NULL);
  JsonBuilder *b = peer_event (peer);
  peer_add_report (peer, b);
  r58_json_int (b, "afterMs", (peer->connected_at - peer->created) / 1000);
  r58_post_event (peer->owner, "connected", b);
  if (peer->feed) {
    /* rtpsession stamps sender reports (lip sync) only once it was told a latency. */
    gst_bin_recalculate_latency (GST_BIN (peer->webrtc));
    r58_feed_open (peer->feed);
  }
  if (peer->feed && peer->pt[R58_VIDEO] >= 0)
    peer->does->wants_key (peer->owner, TRUE);
}

static void
on_dtls_state (GObject *dtls, GParamSpec *spec, R58Peer *peer)
{
  GValue value = G_VALUE_INIT;
  g_object_get_property (dtls, "connection-state", g_value_init (&value, spec->value_type));
  gint state = g_value_get_enum (&value);
  g_value_unset (&value);
  g_atomic_int_set (&peer->dtls, CLAMP (state, DTLS_NEW, DTLS_CONNECTED));
  if (state == DTLS_CONNECTED)
    peer_later (peer, connected, NULL);
  else if (state == DTLS_CLOSED)
    peer_fail (peer, "closed by the peer");
  else if (state == DTLS_FAILED)
    peer_fail (peer, "DTLS failed");
}

static void
on_ice_state (GObject *webrtc, GParamSpec *spec, R58Peer *peer)
{
  GstWebRTCICEConnectionState state;
  g_object_get (webrtc, "ice-connection-state", &state, NULL);
  g_atomic_int_set (&peer->ice_failed, state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED);
}

void
peer_watch_connection (R58Peer *peer)
{
  peer_hear (peer, peer->agent, "new-selected-pair-full", G_CALLBACK (on_selected_pair));
  peer_hear (peer, peer->webrtc, "notify::ice-connection-state", G_CALLBACK (on_ice_state));
}

void
peer_watch_dtls (R58Peer *peer, GstElement *dtlsdec)
{
  peer_hear (peer, dtlsdec, "notify::peer-pem", G_CALLBACK (on_peer_pem));
  peer_hear (peer, dtlsdec, "notify::connection-state", G_CALLBACK (on_dtls_state));
}

/* ---- deadlines ---- */

static void
post_diagnosis (R58Peer *peer)
{
  peer->diagnosed = TRUE;
  JsonBuilder *b = peer_event (peer);
  peer_add_report (peer, b);
  r58_post_event (peer->owner, "diagnosis", b);
}

/* Addresses that reach each other were found. */
static gboolean
has_path (R58Peer *peer)
{
  NiceComponentState state = nice_agent_get_component_state (peer->agent, PEER_STREAM, NICE_COMPONENT_TYPE_RTP);
  return state == NICE_COMPONENT_STATE_CONNECTED || state == NICE_COMPONENT_STATE_READY;
}

void
r58_peer_check (R58Peer *peer)
{
  gint64 now = g_get_monotonic_time ();
  const gchar *reason = NULL;
  if (peer->state == PEER_ENDED)
    return;
  if (peer->state != PEER_CONNECTED) {
    if (now - peer->created > CONNECT_MAX_US)
      reason = peer->answered ? "not connected within 15 s" : "no answer within 15 s";
    else if (now - peer->created > ICE_FAILED_US && g_atomic_int_get (&peer->ice_failed))
      reason = "ICE failed: no pair of addresses works";
    else if (!peer->receive && peer->answered && now - peer->expected > VIEWER_MISSING_US && !has_path (peer))
      reason = "not connected within 6 s";
    else if (now - peer->created > DIAGNOSIS_US && !peer->diagnosed && peer->answered)
      post_diagnosis (peer);
  } else {
    if (r58_gate_key_due (peer->gate, now))
      peer->does->wants_key (peer->owner, FALSE);
    g_mutex_lock (&peer->lock);
    gint64 silence = r58_life_silence (&peer->life, now);
    g_mutex_unlock (&peer->lock);
    if (silence > SILENCE_MAX_US)
      reason = "silent for 13 s: nothing came, no answer to STUN either";
    else if (g_atomic_int_get (&peer->ice_failed))
      reason = "ICE failed: consent checks (STUN) were not answered";
  }
  if (reason)
    peer->does->ended (peer->owner, peer, reason);
}
