#include "webrtc/peer.h"

#include <gst/rtp/gstrtcpbuffer.h>
#include <gst/sdp/sdp.h>
#include <gst/video/video.h>
#include <gst/webrtc/webrtc.h>
#include <nice/agent.h>
#include <stdlib.h>
#include <string.h>

#include "common/element.h"
#include "webrtc/life.h"
#include "webrtc/linefigures.h"
#include "webrtc/lipsync.h"
#include "webrtc/twcc.h"

GST_DEBUG_CATEGORY_EXTERN (r58_webrtc_debug);
#define GST_CAT_DEFAULT r58_webrtc_debug

/* Bounds, all from the moment named. RFC 9725 clients give a POST 8 s in all (OBS). */
#define CONNECT_MAX_US (15 * G_TIME_SPAN_SECOND)
/* A peer that is not connected by then has its reasons told; and one whose pairs have all failed is given up, which it is
 * not before: addresses of servers come late. */
#define TROUBLE_US (4 * G_TIME_SPAN_SECOND)
#define ICE_FAILED_US (8 * G_TIME_SPAN_SECOND)
/* A viewer to whom there is no way by then, after the answer or its last candidate, is not there: another gets its place. */
#define VIEWER_MISSING_US (6 * G_TIME_SPAN_SECOND)
/* What is bundled is one stream, the first of the agent. */
#define STREAM 1
/* libnice checks consent (RFC 7675) each 4 to 6 s and browsers each 2.5 s: two of our checks were lost, or nobody is there.
 * RTCP is no measure: a viewer of sound may report each 7.5 s (RFC 3550 §6.2), and who is muted need not send at all. */
#define SILENCE_MAX_US (13 * G_TIME_SPAN_SECOND)
/* A guest who has sent nothing of a kind for so long is said to send none. */
#define QUIET_US (1500 * G_TIME_SPAN_MILLISECOND)
/* How often reports are sent, more or less; a viewer's come in return. */
#define REPORT_INTERVAL GST_SECOND
/* How often a guest is told which packets came and when. Once a frame, as is usual, is less the worse its line is. */
#define FEEDBACK_INTERVAL (50 * GST_MSECOND)
#define GOODBYE_MAX_MS 1000
#define CANDIDATES_MAX 12
#define CANDIDATE_LENGTH_MAX 512
/* How long a missing packet is waited for (its retransmission included) before it is given up; not a delay. Enough for
 * two requests on a line of 100 ms of jitter. */
#define LOSS_LIMIT_MS 400
#define AUDIO_LOSS_LIMIT_MS 60
/* Seconds from 1900 to 1970. */
#define NTP_OFFSET G_GUINT64_CONSTANT (2208988800)

/* GstDtlsConnectionState is not in a public header. */
enum { DTLS_NEW, DTLS_CLOSED, DTLS_FAILED, DTLS_CONNECTING, DTLS_CONNECTED };

typedef enum { PEER_NEW, PEER_CONNECTING, PEER_CONNECTED, PEER_ENDED } PeerState;

typedef struct {
  R58Peer *peer;
  R58Kind kind;
  GstPad *pad; /* orphan sink pad, linked to a src pad of webrtcbin */
} Inlet;

struct _R58Peer {
  gint refs;
  GstElement *owner;
  const R58PeerOwner *does;
  GMainContext *context;
  gchar *id, *fingerprint, *audio_pad;
  gboolean receive;
  gint pt[R58_KINDS];
  R58Network *network;

  GstElement *webrtc;
  GObject *ice;
  NiceAgent *agent;
  GstElement *dtlsenc;
  GObject *session; /* the one RTP session of the bundle */
  R58Feed *feed;
  R58Gate *gate;
  R58LipSync *lip_sync;
  R58Twcc *twcc;
  GSource *gather_timer;
  GstSDPMessage *offer;
  gchar *answer;
  gboolean answered;

  /* Control thread only. */
  PeerState state;
  gboolean troubled;
  gint64 created, connected_at;
  gint64 expected; /* since when it could connect: the answer, or its last candidate */
  guint candidates;
  guint64 last_bytes;
  gint64 last_bytes_at;
  gdouble kbps;

  /* Any thread. */
  gint verified; /* the certificate is the one of the offer */
  gint ended;
  gint dtls;     /* DTLS_… */
  gint ice_failed;
  GMutex lock;
  GPtrArray *inlets;
  guint64 packets, bytes;
  GstClockTimeDiff held; /* longest a received packet left after its time stamp, since the last figures */
  R58Life life;
  gint64 media[R58_KINDS]; /* last packet of a guest, g_get_monotonic_time */
  NiceCandidate *local, *remote; /* the selected pair, copies; NULL before */
  R58LineFigures line;
  guint32 loss_ssrc, video_ssrc; /* of what a viewer is sent */
};

/* ---- small things ---- */

R58Peer *
r58_peer_ref (R58Peer *peer)
{
  g_atomic_int_inc (&peer->refs);
  return peer;
}

static void
inlet_free (gpointer data)
{
  Inlet *inlet = data;
  gst_pad_set_active (inlet->pad, FALSE);
  gst_object_unref (inlet->pad);
  g_free (inlet);
}

void
r58_peer_unref (R58Peer *peer)
{
  if (!g_atomic_int_dec_and_test (&peer->refs))
    return;
  g_ptr_array_unref (peer->inlets);
  if (peer->feed)
    r58_feed_free (peer->feed);
  if (peer->lip_sync)
    r58_lip_sync_free (peer->lip_sync);
  if (peer->twcc)
    r58_twcc_free (peer->twcc);
  r58_gate_free (peer->gate);
  r58_life_clear (&peer->life);
  g_clear_pointer (&peer->local, nice_candidate_free);
  g_clear_pointer (&peer->remote, nice_candidate_free);
  g_clear_object (&peer->session);
  g_clear_object (&peer->agent);
  g_clear_object (&peer->ice);
  gst_clear_object (&peer->dtlsenc);
  gst_clear_object (&peer->webrtc);
  g_mutex_clear (&peer->lock);
  r58_network_free (peer->network);
  g_main_context_unref (peer->context);
  if (peer->offer)
    gst_sdp_message_free (peer->offer);
  g_free (peer->answer);
  g_free (peer->audio_pad);
  g_free (peer->fingerprint);
  g_free (peer->id);
  g_free (peer);
}

static void
unref_closure (gpointer peer, GClosure *closure)
{
  r58_peer_unref (peer);
}

/* Handlers hold a reference: they may run while the peer is taken apart. */
static void
hear (R58Peer *peer, gpointer object, const gchar *signal, GCallback callback)
{
  g_signal_connect_data (object, signal, callback, r58_peer_ref (peer), unref_closure, 0);
}

const gchar *
r58_peer_id (R58Peer *peer)
{
  return peer->id;
}

typedef struct {
  R58Peer *peer;
  void (*call) (R58Peer *peer, gpointer data);
  gpointer data;
} Job;

static void
job_free (gpointer data)
{
  Job *job = data;
  r58_peer_unref (job->peer);
  g_free (job);
}

static gboolean
job_run (gpointer data)
{
  Job *job = data;
  if (!g_atomic_int_get (&job->peer->ended))
    job->call (job->peer, job->data);
  else if (job->data)
    g_free (job->data);
  return G_SOURCE_REMOVE;
}

/* Runs `call` on the control thread; it owns `data` (g_malloc or NULL). */
static void
later (R58Peer *peer, void (*call) (R58Peer *peer, gpointer data), gpointer data)
{
  Job *job = g_new (Job, 1);
  *job = (Job){ r58_peer_ref (peer), call, data };
  GSource *source = g_idle_source_new ();
  g_source_set_priority (source, G_PRIORITY_DEFAULT);
  g_source_set_callback (source, job_run, job, job_free);
  g_source_attach (source, peer->context);
  g_source_unref (source);
}

static void
end_with (R58Peer *peer, gpointer reason)
{
  peer->does->ended (peer->owner, peer, reason);
  g_free (reason);
}

static void
fail (R58Peer *peer, const gchar *format, ...) G_GNUC_PRINTF (2, 3);

static void
fail (R58Peer *peer, const gchar *format, ...)
{
  va_list args;
  va_start (args, format);
  later (peer, end_with, g_strdup_vprintf (format, args));
  va_end (args);
}

static JsonBuilder *
event_begin (R58Peer *peer)
{
  JsonBuilder *b = r58_json_begin ();
  r58_json_string (b, "id", peer->id);
  return b;
}

static void
set_state (R58Peer *peer, PeerState state, const gchar *name, const gchar *reason)
{
  peer->state = state;
  JsonBuilder *b = event_begin (peer);
  r58_json_string (b, "state", name);
  if (reason)
    r58_json_string (b, "reason", reason);
  r58_post_event (peer->owner, "state", b);
}

/* ---- what was connected: certificate, addresses ---- */

/* SHA-256 of the certificate as an SDP fingerprint (RFC 8122 §5), upper case, or NULL. */
static gchar *
fingerprint_of (const gchar *pem)
{
  const gchar *begin = pem ? strstr (pem, "-----BEGIN CERTIFICATE-----") : NULL;
  const gchar *end = begin ? strstr (begin, "-----END CERTIFICATE-----") : NULL;
  if (!end)
    return NULL;
  begin += strlen ("-----BEGIN CERTIFICATE-----");
  gchar *base64 = g_strndup (begin, end - begin);
  gsize length;
  guchar *der = g_base64_decode (base64, &length);
  g_free (base64);
  GChecksum *sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, der, length);
  g_free (der);
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_get_digest (sum, digest, &size);
  g_checksum_free (sum);
  GString *text = g_string_new ("SHA-256 ");
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, i ? ":%02X" : "%02X", digest[i]);
  return g_string_free (text, FALSE);
}

/* Comes in the handshake, before keys exist: no media passes unverified. */
static void
on_peer_pem (GObject *dtls, GParamSpec *spec, R58Peer *peer)
{
  gchar *pem = NULL;
  g_object_get (dtls, "peer-pem", &pem, NULL);
  gchar *seen = fingerprint_of (pem);
  g_free (pem);
  gboolean matches = FALSE;
  gchar **wanted = g_strsplit_set (peer->fingerprint, ",\n", -1);
  for (gchar **w = wanted; seen && *w && !matches; w++)
    matches = g_ascii_strcasecmp (g_strstrip (*w), seen) == 0;
  g_strfreev (wanted);
  g_free (seen);
  g_atomic_int_set (&peer->verified, matches);
  if (!matches)
    fail (peer, "DTLS fingerprint mismatch: the certificate is not the one of the offer");
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

/* Why there is (no) connection: what was tried and how far it came. */
static void
add_report (R58Peer *peer, JsonBuilder *b)
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
  r58_network_report (b, peer->agent, STREAM, local, remote, names[g_atomic_int_get (&peer->dtls)]);
  g_clear_pointer (&local, nice_candidate_free);
  g_clear_pointer (&remote, nice_candidate_free);
}

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
  set_state (peer, PEER_CONNECTED, "connected", NULL);
  JsonBuilder *b = event_begin (peer);
  add_report (peer, b);
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
    later (peer, connected, NULL);
  else if (state == DTLS_CLOSED)
    fail (peer, "closed by the peer");
  else if (state == DTLS_FAILED)
    fail (peer, "DTLS failed");
}

static void
on_ice_state (GObject *webrtc, GParamSpec *spec, R58Peer *peer)
{
  GstWebRTCICEConnectionState state;
  g_object_get (webrtc, "ice-connection-state", &state, NULL);
  g_atomic_int_set (&peer->ice_failed, state == GST_WEBRTC_ICE_CONNECTION_STATE_FAILED);
}

/* ---- inside webrtcbin ---- */

static GstPadProbeReturn
on_incoming (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  gint64 now = g_get_monotonic_time ();
  GstBufferList *list = GST_PAD_PROBE_INFO_TYPE (info) & GST_PAD_PROBE_TYPE_BUFFER_LIST ? info->data : NULL;
  for (guint i = 0; list && i < gst_buffer_list_length (list); i++)
    r58_twcc_received (peer->twcc, gst_buffer_list_get (list, i), now);
  if (!list)
    r58_twcc_received (peer->twcc, info->data, now);
  return GST_PAD_PROBE_OK;
}

/* Before decryption. */
static GstPadProbeReturn
on_encrypted (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  return r58_gate_admits (peer->gate, info->data) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_decrypted_rtp (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  return r58_gate_admits_rtp (peer->gate, info->data) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_decrypted_rtcp (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  gint64 now = g_get_monotonic_time ();
  g_mutex_lock (&peer->lock);
  r58_life_heard (&peer->life, now);
  g_mutex_unlock (&peer->lock);
  info->data = r58_gate_report (peer->gate, info->data, now);
  return info->data ? GST_PAD_PROBE_OK : GST_PAD_PROBE_HANDLED;
}

static GstPadProbeReturn
on_retransmission_request (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  const GstStructure *s = gst_event_get_structure (info->data);
  guint sequence, ssrc;
  if (!s || !gst_structure_has_name (s, "GstRTPRetransmissionRequest"))
    return GST_PAD_PROBE_OK;
  if (!gst_structure_get_uint (s, "seqnum", &sequence) || !gst_structure_get_uint (s, "ssrc", &ssrc) ||
      ssrc != peer->video_ssrc)
    return GST_PAD_PROBE_DROP;
  g_mutex_lock (&peer->lock);
  gdouble rtt_ms = peer->line.rtt_ms;
  g_mutex_unlock (&peer->lock);
  return r58_gate_resend (peer->gate, sequence, rtt_ms, g_get_monotonic_time ()) ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

static GstPadProbeReturn
on_outgoing_video (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  r58_gate_sent (peer->gate, info->data);
  return GST_PAD_PROBE_OK;
}

static GstPadProbeReturn
on_outgoing_report (GstPad *pad, GstPadProbeInfo *info, gpointer data)
{
  R58Peer *peer = data;
  gint64 now = g_get_monotonic_time ();
  GstBuffer *report = info->data;
  if (peer->twcc) {
    GstBuffer *better = r58_twcc_replace (peer->twcc, report, now);
    gst_buffer_unref (report);
    info->data = report = better;
  }
  if (!report)
    return GST_PAD_PROBE_HANDLED;
  g_mutex_lock (&peer->lock);
  info->data = r58_line_figures_sent (&peer->line, report, now);
  g_mutex_unlock (&peer->lock);
  return GST_PAD_PROBE_OK;
}

static void
probe (R58Peer *peer, GstPad *pad, GstPadProbeType type, GstPadProbeCallback callback)
{
  gst_pad_add_probe (pad, type, callback, r58_peer_ref (peer), (GDestroyNotify) r58_peer_unref);
}

static void
on_session_pad (GstElement *session, GstPad *pad, R58Peer *peer)
{
  const GstPadProbeType media = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  if (g_str_equal (GST_PAD_NAME (pad), "recv_rtp_sink") && peer->twcc)
    probe (peer, pad, media, on_incoming);
  else if (g_str_equal (GST_PAD_NAME (pad), "send_rtcp_src") && peer->receive)
    probe (peer, pad, GST_PAD_PROBE_TYPE_BUFFER, on_outgoing_report);
  else if (g_str_equal (GST_PAD_NAME (pad), "send_rtp_sink") && !peer->receive)
    probe (peer, pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_retransmission_request);
}

static void
probe_decryption (R58Peer *peer, GstElement *srtpdec)
{
  static const struct {
    const gchar *pad;
    GstPadProbeCallback callback;
  } probes[] = { { "rtp_sink", on_encrypted }, { "rtcp_sink", on_encrypted }, { "rtp_src", on_decrypted_rtp },
    { "rtcp_src", on_decrypted_rtcp } };
  for (guint i = 0; i < G_N_ELEMENTS (probes); i++) {
    GstPad *pad = gst_element_get_static_pad (srtpdec, probes[i].pad);
    probe (peer, pad, GST_PAD_PROBE_TYPE_BUFFER, probes[i].callback);
    gst_object_unref (pad);
  }
}

static void
on_element (GstBin *webrtc, GstBin *parent, GstElement *element, R58Peer *peer)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *name = factory ? GST_OBJECT_NAME (factory) : "";
  if (g_str_equal (name, "dtlsdec")) {
    hear (peer, element, "notify::peer-pem", G_CALLBACK (on_peer_pem));
    hear (peer, element, "notify::connection-state", G_CALLBACK (on_dtls_state));
  } else if (g_str_equal (name, "dtlsenc")) {
    peer->dtlsenc = gst_object_ref (element);
  } else if (g_str_equal (name, "srtpdec")) {
    probe_decryption (peer, element);
  } else if (g_str_equal (name, "rtpsession")) {
    hear (peer, element, "pad-added", G_CALLBACK (on_session_pad));
  } else if (g_str_equal (name, "clocksync")) {
    /* It would hold every packet back by the pipeline's latency; what comes in is to go out now. */
    g_object_set (element, "sync", FALSE, NULL);
  }
}

static gboolean
is_audio (R58Peer *peer, guint ssrc)
{
  gchar *prefix = g_strdup_printf ("%u ", ssrc);
  gboolean found = FALSE;
  for (guint i = 0; i < gst_sdp_message_medias_len (peer->offer) && !found; i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (peer->offer, i);
    const gchar *value;
    for (guint n = 0; !found && (value = gst_sdp_media_get_attribute_val_n (media, "ssrc", n)); n++)
      found = g_str_has_prefix (value, prefix) && g_strcmp0 (gst_sdp_media_get_media (media), "audio") == 0;
  }
  g_free (prefix);
  return found;
}

/* The streams that a description names (RFC 5576 §4.1). */
static void
each_ssrc (const GstSDPMessage *sdp, R58Gate *gate, void (*call) (R58Gate *gate, guint32 ssrc))
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
    const gchar *value;
    for (guint n = 0; (value = gst_sdp_media_get_attribute_val_n (media, "ssrc", n)); n++)
      call (gate, strtoul (value, NULL, 10));
  }
}

static void
on_sync (GstElement *jitterbuffer, const GstStructure *sync, R58Peer *peer)
{
  r58_lip_sync_report (peer->lip_sync, jitterbuffer, sync);
}

/* The buffer hands on what is in order at once and waits at gaps only. Three of its habits are left off: the first
 * packets of a stream waiting out the loss limit, asking again for packets that are merely not due yet, and sound
 * waiting for retransmissions that browsers do not make. */
static void
on_jitterbuffer (GstElement *rtpbin, GstElement *jitterbuffer, guint session, guint ssrc, R58Peer *peer)
{
  g_object_set (jitterbuffer, "faststart-min-packets", 1, "rtx-next-seqnum", FALSE, NULL);
  if (peer->lip_sync)
    hear (peer, jitterbuffer, "handle-sync", G_CALLBACK (on_sync));
  if (is_audio (peer, ssrc))
    g_object_set (jitterbuffer, "latency", AUDIO_LOSS_LIMIT_MS, "do-retransmission", FALSE, NULL);
}

static void
on_rtcp (GObject *session, GstBuffer *buffer, R58Peer *peer)
{
  GstRTCPBuffer rtcp = GST_RTCP_BUFFER_INIT;
  GstRTCPPacket packet;
  if (!gst_rtcp_buffer_map (buffer, GST_MAP_READ, &rtcp))
    return;
  guint64 now_us = g_get_real_time ();
  guint32 now = ((now_us / G_USEC_PER_SEC + NTP_OFFSET) << 16) | ((now_us % G_USEC_PER_SEC << 16) / G_USEC_PER_SEC);
  g_mutex_lock (&peer->lock);
  gboolean more = gst_rtcp_buffer_get_first_packet (&rtcp, &packet);
  for (; more; more = gst_rtcp_packet_move_to_next (&packet)) {
    GstRTCPType type = gst_rtcp_packet_get_type (&packet);
    if (peer->receive)
      r58_line_figures_received (&peer->line, &packet, g_get_monotonic_time ());
    if (type != GST_RTCP_TYPE_RR && type != GST_RTCP_TYPE_SR)
      continue;
    for (guint i = 0; i < gst_rtcp_packet_get_rb_count (&packet); i++) {
      guint32 ssrc, highest, jitter, lsr, dlsr;
      guint8 fraction;
      gint32 lost;
      gst_rtcp_packet_get_rb (&packet, i, &ssrc, &fraction, &lost, &highest, &jitter, &lsr, &dlsr);
      if (ssrc == peer->loss_ssrc)
        peer->line.loss_pct = fraction * 100.0 / 256;
      /* RFC 3550 §6.4.1, in 1/65536 s; wraps are fine. */
      gint32 rtt = (gint32) (now - lsr - dlsr);
      if (lsr && rtt >= 0)
        peer->line.rtt_ms = rtt * 1000.0 / 65536;
    }
  }
  g_mutex_unlock (&peer->lock);
  gst_rtcp_buffer_unmap (&rtcp);
}

/* ---- receiving ---- */

static GstFlowReturn
inlet_take (Inlet *inlet, GstMiniObject *unit)
{
  R58Peer *peer = inlet->peer;
  if (!g_atomic_int_get (&peer->verified) || g_atomic_int_get (&peer->ended)) {
    gst_mini_object_unref (unit);
    return GST_FLOW_OK;
  }
  GstClockTime pts = GST_IS_BUFFER (unit) ? GST_BUFFER_PTS (GST_BUFFER (unit)) : GST_CLOCK_TIME_NONE;
  GstClockTimeDiff held = GST_CLOCK_TIME_IS_VALID (pts)
      ? GST_CLOCK_DIFF (pts + gst_element_get_base_time (peer->owner), r58_now ()) : 0;
  g_mutex_lock (&peer->lock);
  peer->held = MAX (peer->held, held);
  gint64 now = g_get_monotonic_time ();
  r58_life_heard (&peer->life, now);
  peer->media[inlet->kind] = now;
  peer->packets += r58_rtp_unit_packets (unit);
  peer->bytes += r58_rtp_unit_bytes (unit);
  g_mutex_unlock (&peer->lock);
  peer->does->received (peer->owner, peer, inlet->kind, unit);
  return GST_FLOW_OK;
}

static GstFlowReturn
inlet_chain (GstPad *pad, GstObject *parent, GstBuffer *buffer)
{
  return inlet_take (gst_pad_get_element_private (pad), (GstMiniObject *) buffer);
}

static GstFlowReturn
inlet_chain_list (GstPad *pad, GstObject *parent, GstBufferList *list)
{
  return inlet_take (gst_pad_get_element_private (pad), (GstMiniObject *) list);
}

static gboolean
inlet_event (GstPad *pad, GstObject *parent, GstEvent *event)
{
  Inlet *inlet = gst_pad_get_element_private (pad);
  if (g_atomic_int_get (&inlet->peer->ended)) {
    gst_event_unref (event);
    return TRUE;
  }
  inlet->peer->does->received_event (inlet->peer->owner, inlet->peer, inlet->kind, event);
  return TRUE;
}

static void
on_pad_added (GstElement *webrtc, GstPad *src, R58Peer *peer)
{
  if (GST_PAD_DIRECTION (src) != GST_PAD_SRC || g_atomic_int_get (&peer->ended))
    return;
  /* By the caps: webrtcbin's own transceiver is a guess when the offer named no SSRC. */
  GstCaps *caps = gst_pad_get_current_caps (src);
  const gchar *media = caps ? gst_structure_get_string (gst_caps_get_structure (caps, 0), "media") : NULL;
  Inlet *inlet = g_new0 (Inlet, 1);
  inlet->peer = peer;
  inlet->kind = g_strcmp0 (media, "audio") == 0 ? R58_AUDIO : R58_VIDEO;
  gst_clear_caps (&caps);
  inlet->pad = gst_object_ref_sink (gst_pad_new (NULL, GST_PAD_SINK));
  gst_pad_set_element_private (inlet->pad, inlet);
  gst_pad_set_chain_function (inlet->pad, inlet_chain);
  gst_pad_set_chain_list_function (inlet->pad, inlet_chain_list);
  gst_pad_set_event_function (inlet->pad, inlet_event);
  gst_pad_set_active (inlet->pad, TRUE);
  g_mutex_lock (&peer->lock);
  g_ptr_array_add (peer->inlets, inlet);
  g_mutex_unlock (&peer->lock);
  if (gst_pad_link_full (src, inlet->pad, GST_PAD_LINK_CHECK_NOTHING) != GST_PAD_LINK_OK)
    fail (peer, "the received %s could not be linked", r58_kind_name (inlet->kind));
}

void
r58_peer_ask_key (R58Peer *peer)
{
  GstPad *pad = NULL;
  g_mutex_lock (&peer->lock);
  for (guint i = 0; i < peer->inlets->len; i++) {
    Inlet *inlet = g_ptr_array_index (peer->inlets, i);
    if (inlet->kind == R58_VIDEO)
      pad = inlet->pad;
  }
  if (pad)
    gst_object_ref (pad);
  g_mutex_unlock (&peer->lock);
  if (!pad)
    return;
  gst_pad_push_event (pad, gst_video_event_new_upstream_force_key_unit (GST_CLOCK_TIME_NONE, TRUE, 0));
  gst_object_unref (pad);
}

/* Id of a header extension the line offers, 0 when it does not. */
static guint
extension_id (const GstSDPMedia *media, const gchar *uri)
{
  guint id = 0;
  for (guint i = 0; i < gst_sdp_media_attributes_len (media) && !id; i++) {
    const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
    gchar **parts = g_strcmp0 (attribute->key, "extmap") == 0 ? g_strsplit (attribute->value, " ", 2) : NULL;
    if (parts && parts[0] && g_strcmp0 (parts[1], uri) == 0)
      id = CLAMP (atoi (parts[0]), 0, 14);
    g_strfreev (parts);
  }
  return id;
}

static guint
extension_id_of_any (const GstSDPMessage *sdp, const gchar *uri)
{
  guint id = 0;
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp) && !id; i++)
    id = extension_id (gst_sdp_message_get_media (sdp, i), uri);
  return id;
}

/* Left alone webrtcbin names no header extension in its answer, and without transport-wide sequence numbers a browser's
 * bandwidth estimate stays at 300 kbit/s. The preference is the offer's own (trimmed to one codec a line) plus its
 * extmap. */
static void
on_new_transceiver (GstElement *webrtc, GObject *transceiver, R58Peer *peer)
{
  GstWebRTCKind kind;
  guint mline;
  g_object_get (transceiver, "kind", &kind, "mlineindex", &mline, NULL);
  if (mline >= gst_sdp_message_medias_len (peer->offer))
    return;
  const GstSDPMedia *media = gst_sdp_message_get_media (peer->offer, mline);
  const gchar *format = gst_sdp_media_get_format (media, 0);
  GstCaps *caps = format ? gst_sdp_media_get_caps_from_media (media, atoi (format)) : NULL;
  if (!caps)
    return;
  GstStructure *s = gst_caps_get_structure (caps, 0);
  gst_structure_set_name (s, "application/x-rtp");
  static const gchar *uris[] = { R58_TWCC_URI, R58_SEND_TIME_URI };
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++) {
    gchar *field = g_strdup_printf ("extmap-%u", extension_id (media, uris[i]));
    if (!g_str_has_suffix (field, "-0"))
      gst_structure_set (s, field, G_TYPE_STRING, uris[i], NULL);
    g_free (field);
  }
  g_object_set (transceiver, "codec-preferences", caps, "do-nack", kind == GST_WEBRTC_KIND_VIDEO, NULL);
  gst_caps_unref (caps);
}

/* ---- sending ---- */

gint
r58_peer_takes (R58Peer *peer, const gchar *pad)
{
  if (!peer->feed || !r58_feed_is_open (peer->feed))
    return -1;
  if (g_str_equal (pad, "video"))
    return peer->pt[R58_VIDEO];
  return g_strcmp0 (pad, peer->audio_pad) == 0 ? peer->pt[R58_AUDIO] : -1;
}

void
r58_peer_push (R58Peer *peer, R58Kind kind, GstMiniObject *unit, gboolean starts)
{
  if (kind == R58_VIDEO && starts)
    r58_gate_key_sent (peer->gate);
  r58_feed_push (peer->feed, kind, unit, starts);
}

static void
feed_wants_key (gpointer owner)
{
  R58Peer *peer = owner;
  if (!g_atomic_int_get (&peer->ended) && r58_gate_key (peer->gate, g_get_monotonic_time ()))
    peer->does->wants_key (peer->owner, FALSE);
}

/* Index of the offer's line of this kind, −1 when it has none. */
static gint
mline_of (const GstSDPMessage *sdp, R58Kind kind)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    if (g_strcmp0 (gst_sdp_media_get_media (gst_sdp_message_get_media (sdp, i)), r58_kind_name (kind)) == 0)
      return i;
  return -1;
}

static gboolean
add_track (R58Peer *peer, R58Kind kind, guint32 ssrc)
{
  gint mline = mline_of (peer->offer, kind);
  if (peer->pt[kind] < 0)
    return TRUE;
  if (mline < 0)
    return FALSE;
  /* Only what decides the codec: a profile-level-id of ours would have to equal the one offered, letter by letter. */
  GstCaps *caps = gst_caps_new_simple ("application/x-rtp", "media", G_TYPE_STRING, r58_kind_name (kind),
      "encoding-name", G_TYPE_STRING, kind == R58_VIDEO ? "H264" : "OPUS",
      "clock-rate", G_TYPE_INT, kind == R58_VIDEO ? 90000 : 48000, "payload", G_TYPE_INT, peer->pt[kind],
      "ssrc", G_TYPE_UINT, ssrc, NULL);
  if (kind == R58_VIDEO)
    gst_caps_set_simple (caps, "packetization-mode", G_TYPE_STRING, "1", NULL);

  gchar *name = g_strdup_printf ("sink_%d", mline);
  GstPadTemplate *template = gst_element_get_pad_template (peer->webrtc, "sink_%u");
  GstPad *sink = gst_element_request_pad (peer->webrtc, template, name, caps);
  g_free (name);
  gboolean linked = FALSE;
  if (sink) {
    GstWebRTCRTPTransceiver *transceiver = NULL;
    g_object_get (sink, "transceiver", &transceiver, NULL);
    g_object_set (transceiver, "direction", GST_WEBRTC_RTP_TRANSCEIVER_DIRECTION_SENDONLY, "codec-preferences", caps,
        "do-nack", kind == R58_VIDEO, NULL);
    gst_object_unref (transceiver);
    g_object_set (sink, "msid", "r58", NULL);
    linked = gst_pad_link_full (r58_feed_pad (peer->feed, kind), sink, GST_PAD_LINK_CHECK_NOTHING) == GST_PAD_LINK_OK;
    if (linked)
      r58_feed_begin (peer->feed, kind, caps);
    if (kind == R58_VIDEO)
      probe (peer, r58_feed_pad (peer->feed, kind), GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST,
          on_outgoing_video);
    gst_object_unref (sink);
  }
  gst_caps_unref (caps);
  return linked;
}

/* ---- negotiation ---- */

/* Posts the answer with the candidates found so far. */
static void
answer (R58Peer *peer, gpointer unused)
{
  if (peer->answered || !peer->answer)
    return;
  peer->answered = TRUE;
  peer->expected = g_get_monotonic_time ();
  if (peer->gather_timer) {
    g_source_destroy (peer->gather_timer);
    g_clear_pointer (&peer->gather_timer, g_source_unref);
  }
  GString *sdp = g_string_new (NULL);
  GString *candidates = g_string_new (NULL);
  GSList *found = nice_agent_get_local_candidates (peer->agent, STREAM, NICE_COMPONENT_TYPE_RTP);
  for (GSList *l = found; l; l = l->next) {
    gchar *line = nice_agent_generate_local_candidate_sdp (peer->agent, l->data);
    if (line)
      g_string_append_printf (candidates, "%s%s\r\n", g_str_has_prefix (line, "a=") ? "" : "a=", line);
    g_free (line);
  }
  g_slist_free_full (found, (GDestroyNotify) nice_candidate_free);
  /* Every media line is bundled onto the first: candidates belong there (RFC 9143 §9.1). */
  const gchar *first = strstr (peer->answer, "\r\nm=");
  const gchar *second = first ? strstr (first + 4, "\r\nm=") : NULL;
  gsize head = second ? (gsize) (second + 2 - peer->answer) : strlen (peer->answer);
  g_string_append_len (sdp, peer->answer, head);
  g_string_append (sdp, candidates->str);
  g_string_append (sdp, peer->answer + head);
  g_string_free (candidates, TRUE);
  set_state (peer, PEER_CONNECTING, "connecting", NULL);
  JsonBuilder *b = event_begin (peer);
  r58_json_string (b, "sdp", sdp->str);
  r58_json_int (b, "afterMs", (g_get_monotonic_time () - peer->created) / 1000);
  r58_post_event (peer->owner, "answer", b);
  g_string_free (sdp, TRUE);
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
  later (peer, answer, NULL);
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
  GstElement *rtpbin = gst_bin_get_by_name (GST_BIN (peer->webrtc), "rtpbin");
  g_signal_emit_by_name (rtpbin, "get-internal-session", 0, &peer->session);
  gst_object_unref (rtpbin);
  if (peer->session) {
    g_object_set (peer->session, "rtcp-min-interval", REPORT_INTERVAL, "twcc-feedback-interval", FEEDBACK_INTERVAL,
        NULL);
    hear (peer, peer->session, "on-receiving-rtcp", G_CALLBACK (on_rtcp));
  }
  gchar *ufrag, *pwd;
  gboolean streams = nice_agent_get_local_credentials (peer->agent, STREAM, &ufrag, &pwd);
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
    fail (peer, "the answer was refused: %s", error);
  else
    later (peer, local_set, NULL);
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
    each_ssrc (description->sdp, peer->gate, r58_gate_own);
    r58_network_relays (peer->network, peer->agent, STREAM);
    GstPromise *next = promise_new (peer, on_local_set);
    g_signal_emit_by_name (peer->webrtc, "set-local-description", description, next);
  } else if (!description) {
    fail (peer, "no answer could be made: %s", error ? error : "webrtcbin gave none");
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
    fail (peer, "the offer was refused: %s", error);
  else if (!g_atomic_int_get (&peer->ended))
    g_signal_emit_by_name (peer->webrtc, "create-answer", NULL, promise_new (peer, on_answer));
  g_free (error);
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

R58Peer *
r58_peer_new (const R58PeerOptions *o)
{
  R58Peer *peer = g_new0 (R58Peer, 1);
  peer->refs = 1;
  peer->owner = o->owner;
  peer->does = o->does;
  peer->context = g_main_context_ref (o->context);
  peer->id = g_strdup (o->id);
  peer->fingerprint = g_strdup (o->fingerprint);
  peer->audio_pad = g_strdup (o->audio_pad);
  peer->receive = o->receive;
  peer->network = o->network;
  peer->pt[R58_VIDEO] = o->video_pt;
  peer->pt[R58_AUDIO] = o->audio_pt;
  r58_line_figures_init (&peer->line);
  peer->gate = r58_gate_new (o->receive);
  peer->created = peer->last_bytes_at = g_get_monotonic_time ();
  g_mutex_init (&peer->lock);
  peer->inlets = g_ptr_array_new_with_free_func (inlet_free);
  set_state (peer, PEER_NEW, "new", NULL);

  GstElement *webrtc = gst_element_factory_make ("webrtcbin", NULL);
  if (!webrtc) {
    fail (peer, "no element webrtcbin: install gstreamer1.0-plugins-bad and gstreamer1.0-nice");
    return peer;
  }
  peer->webrtc = gst_object_ref_sink (webrtc);
  g_object_set (webrtc, "bundle-policy", GST_WEBRTC_BUNDLE_POLICY_MAX_BUNDLE, "latency", LOSS_LIMIT_MS, NULL);
  g_object_get (webrtc, "ice-agent", &peer->ice, NULL);
  g_object_get (peer->ice, "agent", &peer->agent, NULL);
  r58_network_prepare (peer->network, peer->ice, peer->agent);

  hear (peer, peer->agent, "candidate-gathering-done", G_CALLBACK (on_gathered));
  hear (peer, peer->agent, "new-selected-pair-full", G_CALLBACK (on_selected_pair));
  hear (peer, webrtc, "deep-element-added", G_CALLBACK (on_element));
  hear (peer, webrtc, "notify::ice-connection-state", G_CALLBACK (on_ice_state));
  GstElement *rtpbin = gst_bin_get_by_name (GST_BIN (webrtc), "rtpbin");
  hear (peer, rtpbin, "new-jitterbuffer", G_CALLBACK (on_jitterbuffer));
  /* The default names the user and the machine. */
  GstStructure *sdes = gst_structure_new ("application/x-rtp-source-sdes", "cname", G_TYPE_STRING, "r58", NULL);
  g_object_set (rtpbin, "sdes", sdes, NULL);
  gst_structure_free (sdes);
  if (o->receive)
    peer->lip_sync = r58_lip_sync_new (rtpbin);
  gst_object_unref (rtpbin);
  if (o->receive) {
    hear (peer, webrtc, "pad-added", G_CALLBACK (on_pad_added));
    hear (peer, webrtc, "on-new-transceiver", G_CALLBACK (on_new_transceiver));
  } else {
    peer->feed = r58_feed_new (feed_wants_key, peer);
    peer->video_ssrc = o->ssrc[R58_VIDEO];
    peer->loss_ssrc = o->video_pt < 0 ? o->ssrc[R58_AUDIO] : o->ssrc[R58_VIDEO];
  }

  if (gst_sdp_message_new_from_text (o->sdp, &peer->offer) != GST_SDP_OK) {
    fail (peer, "the offer is no SDP");
    return peer;
  }
  if (o->receive)
    each_ssrc (peer->offer, peer->gate, r58_gate_expect);
  /* One numbering for all lines of the bundle; not all need have it. */
  guint sequence_id = o->receive ? extension_id_of_any (peer->offer, R58_TWCC_URI) : 0;
  if (sequence_id)
    peer->twcc = r58_twcc_new (sequence_id, extension_id_of_any (peer->offer, R58_SEND_TIME_URI));
  gst_bin_add (GST_BIN (o->owner), webrtc);
  gst_element_set_base_time (webrtc, gst_element_get_base_time (o->owner));
  if (!gst_element_sync_state_with_parent (webrtc)) {
    fail (peer, "webrtcbin did not start");
    return peer;
  }
  if (!o->receive && (!add_track (peer, R58_VIDEO, o->ssrc[R58_VIDEO]) || !add_track (peer, R58_AUDIO, o->ssrc[R58_AUDIO]))) {
    fail (peer, "webrtcbin gave no pad for a media line of the offer");
    return peer;
  }
  GstSDPMessage *sdp;
  gst_sdp_message_copy (peer->offer, &sdp);
  GstWebRTCSessionDescription *offer = gst_webrtc_session_description_new (GST_WEBRTC_SDP_TYPE_OFFER, sdp);
  g_signal_emit_by_name (webrtc, "set-remote-description", offer, promise_new (peer, on_remote_set));
  gst_webrtc_session_description_free (offer);
  return peer;
}

gboolean
r58_peer_error (R58Peer *peer, GstObject *source, const gchar *text)
{
  if (!peer->webrtc || !gst_object_has_as_ancestor (source, GST_OBJECT (peer->webrtc)))
    return FALSE;
  fail (peer, "%s: %s", GST_OBJECT_NAME (source), text);
  return TRUE;
}

/* ---- end ---- */

typedef struct {
  R58Peer *peer;
  gboolean say_goodbye;
  void (*done) (GstElement *owner);
} Removal;

typedef struct {
  GMutex lock;
  GCond sent;
  gboolean done;
} Goodbye;

static void
goodbye_clear (gpointer data)
{
  Goodbye *goodbye = data;
  g_mutex_clear (&goodbye->lock);
  g_cond_clear (&goodbye->sent);
}

static void
goodbye_unref (gpointer data)
{
  g_atomic_rc_box_release_full (data, goodbye_clear);
}

static GstPadProbeReturn
on_goodbye_sent (GstPad *src, GstPadProbeInfo *info, gpointer data)
{
  Goodbye *goodbye = data;
  g_mutex_lock (&goodbye->lock);
  goodbye->done = TRUE;
  g_cond_signal (&goodbye->sent);
  g_mutex_unlock (&goodbye->lock);
  return GST_PAD_PROBE_REMOVE;
}

/* Runs below the push of @sink's peer, which is idle as soon as that has returned: then it is on the wire. */
static GstPadProbeReturn
on_goodbye (GstPad *sink, GstPadProbeInfo *info, gpointer data)
{
  GstPad *src = gst_pad_get_peer (sink);
  if (src) {
    gst_pad_add_probe (src, GST_PAD_PROBE_TYPE_IDLE, on_goodbye_sent, g_atomic_rc_box_acquire (data), goodbye_unref);
    gst_object_unref (src);
  }
  return GST_PAD_PROBE_OK;
}

/* Tells the peer that this is the end (DTLS close_notify): webrtcbin 1.22 just goes silent, and a browser shows the
 * last picture for half a minute. An EOS into the encryptor is what makes it say so; its own thread sends it. */
static void
send_goodbye (R58Peer *peer)
{
  GstPad *sink = gst_element_get_static_pad (peer->dtlsenc, "sink");
  GstPad *src = gst_element_get_static_pad (peer->dtlsenc, "src");
  GstPad *next = src ? gst_pad_get_peer (src) : NULL;
  if (sink && next) {
    Goodbye *goodbye = g_atomic_rc_box_new0 (Goodbye);
    g_mutex_init (&goodbye->lock);
    g_cond_init (&goodbye->sent);
    gulong probe = gst_pad_add_probe (next, GST_PAD_PROBE_TYPE_BUFFER, on_goodbye, g_atomic_rc_box_acquire (goodbye),
        goodbye_unref);
    gst_pad_send_event (sink, gst_event_new_eos ());
    g_mutex_lock (&goodbye->lock);
    gint64 until = g_get_monotonic_time () + GOODBYE_MAX_MS * G_TIME_SPAN_MILLISECOND;
    while (!goodbye->done && g_cond_wait_until (&goodbye->sent, &goodbye->lock, until))
      ;
    g_mutex_unlock (&goodbye->lock);
    gst_pad_remove_probe (next, probe);
    goodbye_unref (goodbye);
  }
  gst_clear_object (&next);
  gst_clear_object (&sink);
  gst_clear_object (&src);
}

/* Handlers first, then NULL (which ends streaming threads and unblocks the feed's), then out of the bin. */
static gpointer
take_apart (gpointer data)
{
  Removal *removal = data;
  R58Peer *peer = removal->peer;
  GstElement *owner = gst_object_ref (peer->owner);
  if (peer->webrtc) {
    g_signal_handlers_disconnect_by_data (peer->webrtc, peer);
    GstElement *rtpbin = gst_bin_get_by_name (GST_BIN (peer->webrtc), "rtpbin");
    g_signal_handlers_disconnect_by_data (rtpbin, peer);
    gst_object_unref (rtpbin);
    g_signal_handlers_disconnect_by_data (peer->agent, peer);
    if (peer->session)
      g_signal_handlers_disconnect_by_data (peer->session, peer);
    if (removal->say_goodbye && peer->dtlsenc)
      send_goodbye (peer);
    gst_element_set_locked_state (peer->webrtc, TRUE);
    gst_element_set_state (peer->webrtc, GST_STATE_NULL);
    for (guint i = 0; i < peer->inlets->len; i++)
      gst_pad_set_active (((Inlet *) g_ptr_array_index (peer->inlets, i))->pad, FALSE);
    if (GST_OBJECT_PARENT (peer->webrtc))
      gst_bin_remove (GST_BIN (owner), peer->webrtc);
  }
  if (peer->feed)
    g_clear_pointer (&peer->feed, r58_feed_free);
  gst_clear_object (&peer->dtlsenc);
  gst_clear_object (&peer->webrtc);
  r58_peer_unref (peer);
  removal->done (owner);
  gst_object_unref (owner);
  g_free (removal);
  return NULL;
}

void
r58_peer_end (R58Peer *peer, const gchar *reason, void (*done) (GstElement *owner))
{
  if (!g_atomic_int_compare_and_exchange (&peer->ended, FALSE, TRUE))
    return;
  gboolean was_connected = peer->state == PEER_CONNECTED;
  gboolean was_answered = peer->answered;
  if (peer->gather_timer) {
    g_source_destroy (peer->gather_timer);
    g_clear_pointer (&peer->gather_timer, g_source_unref);
  }
  if (peer->feed)
    r58_feed_stop (peer->feed);
  set_state (peer, PEER_ENDED, was_connected ? "closed" : "failed", reason);
  JsonBuilder *b = event_begin (peer);
  r58_json_string (b, "reason", reason);
  if (!was_connected)
    add_report (peer, b);
  r58_post_event (peer->owner, was_answered ? "gone" : "failed", b);
  Removal *removal = g_new (Removal, 1);
  /* The peer may be connected at its side before we know it at ours. */
  *removal = (Removal){ r58_peer_ref (peer), g_atomic_int_get (&peer->verified), done };
  g_thread_unref (g_thread_new ("r58-peer-end", take_apart, removal));
}

/* ---- watching ---- */

static void
tell_trouble (R58Peer *peer)
{
  peer->troubled = TRUE;
  JsonBuilder *b = event_begin (peer);
  add_report (peer, b);
  r58_post_event (peer->owner, "trouble", b);
}

/* Addresses that reach each other were found. */
static gboolean
has_path (R58Peer *peer)
{
  NiceComponentState state = nice_agent_get_component_state (peer->agent, STREAM, NICE_COMPONENT_TYPE_RTP);
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
    else if (now - peer->created > TROUBLE_US && !peer->troubled && peer->answered)
      tell_trouble (peer);
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

R58GateRefused
r58_peer_refused (R58Peer *peer)
{
  return r58_gate_refused (peer->gate);
}

void
r58_peer_stats (R58Peer *peer, JsonBuilder *b)
{
  static const gchar *names[] = { "new", "connecting", "connected", "closed" };
  R58FeedStats sent = { 0 };
  if (peer->feed)
    r58_feed_stats (peer->feed, &sent);
  gint64 now = g_get_monotonic_time ();
  g_mutex_lock (&peer->lock);
  gint64 quiet_us[R58_KINDS] = { now - peer->media[R58_VIDEO], now - peer->media[R58_AUDIO] };
  guint64 packets = peer->receive ? peer->packets : sent.packets;
  guint64 bytes = peer->receive ? peer->bytes : sent.bytes;
  gdouble rtt_ms = peer->line.rtt_ms, held_ms = peer->held / 1e6;
  peer->held = 0;
  g_mutex_unlock (&peer->lock);
  if (now - peer->last_bytes_at >= G_TIME_SPAN_SECOND) {
    /* Without the lock: the session takes its own, under which it calls us. */
    if (peer->receive && peer->session)
      r58_line_figures_measure (&peer->line, peer->session);
    peer->kbps = (bytes - peer->last_bytes) * 8000.0 / (now - peer->last_bytes_at);
    peer->last_bytes = bytes;
    peer->last_bytes_at = now;
  }
  json_builder_begin_object (b);
  r58_json_string (b, "id", peer->id);
  r58_json_string (b, "state", names[peer->state]);
  if (rtt_ms >= 0)
    r58_json_double (b, "rttMs", rtt_ms);
  r58_json_int (b, "packets", packets);
  r58_json_int (b, "bytes", bytes);
  r58_json_int (b, "dropped", sent.dropped);
  if (peer->receive) {
    r58_json_double (b, "heldMs", held_ms);
    /* Of the kinds the offer has. */
    for (R58Kind kind = R58_VIDEO; kind < R58_KINDS; kind++)
      if (peer->pt[kind] >= 0 && peer->state == PEER_CONNECTED)
        r58_json_bool (b, kind == R58_VIDEO ? "videoQuiet" : "audioQuiet", quiet_us[kind] > QUIET_US);
  }
  if (peer->line.loss_pct >= 0)
    r58_json_double (b, "lossPct", peer->line.loss_pct);
  r58_json_int (b, "kbps", peer->kbps);
  json_builder_end_object (b);
}

void
r58_peer_warm (void)
{
  static const gchar *needed[] = { "dtlsdec", "dtlssrtpdec", "dtlssrtpenc", "srtpdec", "srtpenc", "rtpbin",
    "rtpjitterbuffer", "rtpfunnel", "clocksync", "nicesrc", "nicesink", NULL };
  for (const gchar **name = needed; *name; name++) {
    GstElement *element = gst_element_factory_make (*name, NULL);
    if (element)
      gst_object_unref (gst_object_ref_sink (element));
  }
  GstElement *webrtc = gst_element_factory_make ("webrtcbin", NULL);
  if (!webrtc)
    return;
  gst_object_ref_sink (webrtc);
  gst_element_set_state (webrtc, GST_STATE_READY);
  gst_element_set_state (webrtc, GST_STATE_NULL);
  gst_object_unref (webrtc);
}
