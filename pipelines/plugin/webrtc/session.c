/* What passes through the webrtcbin of a peer: which packets and reports are let in, and what the reports say. */
#include "webrtc/peerparts.h"

#include <gst/rtp/gstrtcpbuffer.h>

/* Roughly how often reports are sent; viewers send theirs in return. */
#define REPORT_INTERVAL GST_SECOND
/* How often a guest is told which packets came and when. Once per frame, the usual way, gets rarer as its line gets worse. */
#define FEEDBACK_INTERVAL (50 * GST_MSECOND)
/* How long a missing packet is waited for (its retransmission included) before it is given up; not a delay. Enough for
 * two requests on a line of 100 ms of jitter. */
#define LOSS_LIMIT_MS 400
#define AUDIO_LOSS_LIMIT_MS 60
/* Seconds from 1900 to 1970. */
#define NTP_OFFSET G_GUINT64_CONSTANT (2208988800)

/* ---- packets ---- */

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
on_session_pad (GstElement *session, GstPad *pad, R58Peer *peer)
{
  const GstPadProbeType media = GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST;
  if (g_str_equal (GST_PAD_NAME (pad), "recv_rtp_sink") && peer->twcc)
    peer_probe (peer, pad, media, on_incoming);
  else if (g_str_equal (GST_PAD_NAME (pad), "send_rtcp_src") && peer->receive)
    peer_probe (peer, pad, GST_PAD_PROBE_TYPE_BUFFER, on_outgoing_report);
  else if (g_str_equal (GST_PAD_NAME (pad), "send_rtp_sink") && !peer->receive)
    peer_probe (peer, pad, GST_PAD_PROBE_TYPE_EVENT_UPSTREAM, on_retransmission_request);
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
    peer_probe (peer, pad, GST_PAD_PROBE_TYPE_BUFFER, probes[i].callback);
    gst_object_unref (pad);
  }
}

static void
on_element (GstBin *webrtc, GstBin *parent, GstElement *element, R58Peer *peer)
{
  GstElementFactory *factory = gst_element_get_factory (element);
  const gchar *name = factory ? GST_OBJECT_NAME (factory) : "";
  if (g_str_equal (name, "dtlsdec")) {
    peer_watch_dtls (peer, element);
  } else if (g_str_equal (name, "dtlsenc")) {
    peer->dtlsenc = gst_object_ref (element);
  } else if (g_str_equal (name, "srtpdec")) {
    probe_decryption (peer, element);
  } else if (g_str_equal (name, "rtpsession")) {
    peer_hear (peer, element, "pad-added", G_CALLBACK (on_session_pad));
  } else if (g_str_equal (name, "clocksync")) {
    /* It would hold every packet back by the pipeline's latency; what comes in must go out now. */
    g_object_set (element, "sync", FALSE, NULL);
  }
}

/* ---- jitter buffers and reports ---- */

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
    peer_hear (peer, jitterbuffer, "handle-sync", G_CALLBACK (on_sync));
  if (r58_sdp_is_audio (peer->offer, ssrc))
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

void
peer_watch_session (R58Peer *peer)
{
  g_object_set (peer->webrtc, "latency", LOSS_LIMIT_MS, NULL);
  peer_hear (peer, peer->webrtc, "deep-element-added", G_CALLBACK (on_element));
  GstElement *rtpbin = gst_bin_get_by_name (GST_BIN (peer->webrtc), "rtpbin");
  peer_hear (peer, rtpbin, "new-jitterbuffer", G_CALLBACK (on_jitterbuffer));
  /* The default names the user and the machine. */
  GstStructure *sdes = gst_structure_new ("application/x-rtp-source-sdes", "cname", G_TYPE_STRING, "r58", NULL);
  g_object_set (rtpbin, "sdes", sdes, NULL);
  gst_structure_free (sdes);
  if (peer->receive)
    peer->lip_sync = r58_lip_sync_new (rtpbin);
  gst_object_unref (rtpbin);
}

void
peer_set_reports (R58Peer *peer)
{
  GstElement *rtpbin = gst_bin_get_by_name (GST_BIN (peer->webrtc), "rtpbin");
  g_signal_emit_by_name (rtpbin, "get-internal-session", 0, &peer->session);
  gst_object_unref (rtpbin);
  if (!peer->session)
    return;
  g_object_set (peer->session, "rtcp-min-interval", REPORT_INTERVAL, "twcc-feedback-interval", FEEDBACK_INTERVAL, NULL);
  peer_hear (peer, peer->session, "on-receiving-rtcp", G_CALLBACK (on_rtcp));
}
