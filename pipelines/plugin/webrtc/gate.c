#include "webrtc/gate.h"

#include <gst/rtp/gstrtcpbuffer.h>
#include <string.h>

/* Picture, sound and their retransmissions are four; a browser reports under one or two more. */
#define SSRCS_MAX 8
/* Nothing vouches for these yet: a few more, so that noise does not take the peer's places. */
#define RAW_SSRCS_MAX 32
#define OWN_MAX 8
/* A browser on a bad line sends 50 compounds a second of 100 bytes each. */
#define REPORTS_A_SECOND 100
#define REPORT_BYTES_A_SECOND 16000
/* Sequence numbers asked for again: more than 10 Mbit/s have packets. */
#define REQUESTS_A_SECOND 1500
/* This many seconds' worth may come at once. */
#define BURST_S 2

/* Packets remembered, a power of two: what rtprtxsend keeps (500), and the time one takes to be asked for. */
#define SENT_KEPT 1024
/* This share of what was sent may be resent, and this much at once: a whole lost key frame. */
#define RESEND_SHARE 4
#define RESEND_BURST_BYTES 300000
#define RESEND_FIRST_BYTES 50000
/* A line that claims to be faster does not get a packet more often. */
#define RTT_MIN_MS 20
#define RTT_UNKNOWN_MS 100
#define RTT_MAX_MS 500

/* After one at once. A key frame costs every viewer bandwidth. */
#define KEY_INTERVAL_US (2500 * G_TIME_SPAN_MILLISECOND)

enum { RTP_HEADER = 12, SDES_END = 0, SDES_PRIV = 8 };

/* What `rate` a second fills. */
typedef struct {
  gdouble tokens;
  gint64 filled; /* µs */
} Bucket;

typedef struct {
  guint32 list[RAW_SSRCS_MAX];
  guint n;
} Ssrcs;

typedef struct {
  guint16 sequence;
  guint16 bytes; /* 0 = none */
  gint64 resent; /* µs, 0 = never */
} Sent;

struct _R58Gate {
  GMutex lock;
  gboolean media;
  Ssrcs raw, taken, own;
  Bucket reports, report_bytes, requests;
  Sent sent[SENT_KEPT];
  gdouble resend_bytes;
  gint64 key_at;
  gboolean key_waits;
  R58GateRefused refused;
};

R58Gate *
r58_gate_new (gboolean media)
{
  R58Gate *gate = g_new0 (R58Gate, 1);
  g_mutex_init (&gate->lock);
  gate->media = media;
  gate->resend_bytes = RESEND_FIRST_BYTES;
  return gate;
}

void
r58_gate_free (R58Gate *gate)
{
  g_mutex_clear (&gate->lock);
  g_free (gate);
}

static gboolean
has (const Ssrcs *set, guint32 ssrc)
{
  for (guint i = 0; i < set->n; i++)
    if (set->list[i] == ssrc)
      return TRUE;
  return FALSE;
}

/* FALSE when it is not known and there is no place left. */
static gboolean
place (Ssrcs *set, guint32 ssrc, guint most)
{
  if (has (set, ssrc))
    return TRUE;
  if (set->n >= most)
    return FALSE;
  set->list[set->n++] = ssrc;
  return TRUE;
}

void
r58_gate_expect (R58Gate *gate, guint32 ssrc)
{
  g_mutex_lock (&gate->lock);
  if (place (&gate->taken, ssrc, SSRCS_MAX))
    place (&gate->raw, ssrc, RAW_SSRCS_MAX);
  g_mutex_unlock (&gate->lock);
}

void
r58_gate_own (R58Gate *gate, guint32 ssrc)
{
  g_mutex_lock (&gate->lock);
  place (&gate->own, ssrc, OWN_MAX);
  g_mutex_unlock (&gate->lock);
}

/* Of a sender of packets. Under the lock. */
static gboolean
speaks (R58Gate *gate, guint32 ssrc)
{
  return !has (&gate->own, ssrc) && place (&gate->taken, ssrc, SSRCS_MAX);
}

static gboolean
spend (Bucket *bucket, guint rate, guint amount, gint64 now_us)
{
  gdouble most = rate * BURST_S;
  if (!bucket->filled)
    bucket->tokens = most;
  else
    bucket->tokens = MIN (most, bucket->tokens + rate * (gdouble) (now_us - bucket->filled) / G_USEC_PER_SEC);
  bucket->filled = now_us;
  if (bucket->tokens < amount)
    return FALSE;
  bucket->tokens -= amount;
  return TRUE;
}

/* ---- before and after decryption ---- */

gboolean
r58_gate_admits (R58Gate *gate, GstBuffer *packet)
{
  guint8 head[RTP_HEADER];
  gsize got = gst_buffer_extract (packet, 0, head, sizeof head);
  /* RFC 5761 §4: how srtpdec tells them apart. */
  guint8 type = head[1] & 0x7f;
  gboolean rtcp = got >= 8 && type >= 64 && type <= 80;
  g_mutex_lock (&gate->lock);
  gboolean admits = rtcp || (got == sizeof head && gate->media);
  admits = admits && place (&gate->raw, GST_READ_UINT32_BE (head + (rtcp ? 4 : 8)), RAW_SSRCS_MAX);
  if (!admits)
    (*(rtcp ? &gate->refused.rtcp : &gate->refused.rtp))++;
  g_mutex_unlock (&gate->lock);
  return admits;
}

gboolean
r58_gate_admits_rtp (R58Gate *gate, GstBuffer *packet)
{
  guint8 head[RTP_HEADER];
  gboolean whole = gst_buffer_extract (packet, 0, head, sizeof head) == sizeof head;
  g_mutex_lock (&gate->lock);
  gboolean admits = whole && gate->media && speaks (gate, GST_READ_UINT32_BE (head + 8));
  if (!admits)
    gate->refused.rtp++;
  g_mutex_unlock (&gate->lock);
  return admits;
}

/* ---- RTCP ---- */

typedef enum { TAKE, LEAVE_OUT, REFUSE } Verdict;

/* Chunks of RFC 3550 §6.5. GStreamer 1.22 believes the lengths inside private items. */
static Verdict
judge_sdes (R58Gate *gate, const guint8 *data, gsize size)
{
  gsize at = 4;
  for (guint n = data[0] & 0x1f; n; n--) {
    if (at + 8 > size || !speaks (gate, GST_READ_UINT32_BE (data + at)))
      return REFUSE;
    for (at += 4; at < size && data[at] != SDES_END; at += 2 + (gsize) data[at + 1])
      if (at + 2 > size || at + 2 + data[at + 1] > size || data[at] == SDES_PRIV)
        return REFUSE;
    at = (at / 4 + 1) * 4;
  }
  return at <= size ? TAKE : REFUSE;
}

static Verdict
judge_bye (R58Gate *gate, const guint8 *data, gsize size)
{
  guint n = data[0] & 0x1f;
  gsize at = 4 + 4 * (gsize) n;
  if (n == 0 || at > size || (at < size && at + 1 + data[at] > size))
    return REFUSE;
  for (guint i = 0; i < n; i++)
    if (!has (&gate->taken, GST_READ_UINT32_BE (data + 4 + 4 * i)))
      return REFUSE;
  return TAKE;
}

static guint
bits (guint16 mask)
{
  return __builtin_popcount (mask);
}

/* Feedback on what we send (RFC 4585 §6, RFC 5104 §4.3.1); what was not negotiated is nothing to act upon. */
static Verdict
judge_feedback (R58Gate *gate, const guint8 *data, gsize size, gint64 now_us)
{
  guint format = data[0] & 0x1f;
  if (size < 12)
    return REFUSE;
  if (gate->media)
    return LEAVE_OUT;
  if (data[1] == GST_RTCP_TYPE_RTPFB && format == GST_RTCP_RTPFB_TYPE_NACK) {
    guint asked = 0;
    for (gsize at = 12; at < size; at += 4)
      asked += 1 + bits (GST_READ_UINT16_BE (data + at + 2));
    if (spend (&gate->requests, REQUESTS_A_SECOND, asked, now_us))
      return TAKE;
    gate->refused.resends += asked;
    return LEAVE_OUT;
  }
  if (data[1] == GST_RTCP_TYPE_PSFB && format == GST_RTCP_PSFB_TYPE_PLI)
    return TAKE;
  if (data[1] == GST_RTCP_TYPE_PSFB && format == GST_RTCP_PSFB_TYPE_FIR)
    return size >= 20 && (size - 12) % 8 == 0 ? TAKE : REFUSE;
  return LEAVE_OUT;
}

/* One packet of a compound, all of its bytes there. Under the lock. */
static Verdict
judge (R58Gate *gate, const guint8 *data, gsize size, gint64 now_us)
{
  gsize blocks = 24 * (gsize) (data[0] & 0x1f);
  switch (data[1]) {
    case GST_RTCP_TYPE_SR:
      /* Who sends nothing has no report on it: each makes rtpbin a jitter buffer. */
      return gate->media && size >= 28 + blocks && speaks (gate, GST_READ_UINT32_BE (data + 4)) ? TAKE : REFUSE;
    case GST_RTCP_TYPE_RR:
      return size >= 8 + blocks && speaks (gate, GST_READ_UINT32_BE (data + 4)) ? TAKE : REFUSE;
    case GST_RTCP_TYPE_SDES:
      return judge_sdes (gate, data, size);
    case GST_RTCP_TYPE_BYE:
      return judge_bye (gate, data, size);
    case GST_RTCP_TYPE_RTPFB:
    case GST_RTCP_TYPE_PSFB:
      return judge_feedback (gate, data, size, now_us);
    case GST_RTCP_TYPE_XR:
      return TAKE;
    case GST_RTCP_TYPE_APP:
      return LEAVE_OUT;
    default:
      return REFUSE;
  }
}

/* Writes to `out` what may stay of a compound; returns its length. Under the lock. */
static gsize
sift (R58Gate *gate, const guint8 *data, gsize size, guint8 *out, gint64 now_us)
{
  gsize kept = 0;
  for (gsize at = 0; at < size;) {
    gsize length = at + 4 <= size ? 4 * ((gsize) GST_READ_UINT16_BE (data + at + 2) + 1) : 0;
    /* Padding is for ciphers that SRTP does not use; nothing that is taken has any. */
    Verdict verdict = REFUSE;
    if (length && at + length <= size && data[at] >> 6 == 2)
      verdict = data[at] & 0x20 ? LEAVE_OUT : judge (gate, data + at, length, now_us);
    else
      length = size - at;
    if (verdict == TAKE) {
      memcpy (out + kept, data + at, length);
      kept += length;
    } else if (verdict == REFUSE) {
      gate->refused.rtcp++;
    }
    at += length;
  }
  return kept;
}

GstBuffer *
r58_gate_report (R58Gate *gate, GstBuffer *compound, gint64 now_us)
{
  GstMapInfo map;
  if (!gst_buffer_map (compound, &map, GST_MAP_READ)) {
    gst_buffer_unref (compound);
    return NULL;
  }
  guint8 *out = g_malloc (MAX (map.size, 1));
  gsize kept = 0;
  g_mutex_lock (&gate->lock);
  if (spend (&gate->reports, REPORTS_A_SECOND, 1, now_us) &&
      spend (&gate->report_bytes, REPORT_BYTES_A_SECOND, map.size, now_us))
    kept = sift (gate, map.data, map.size, out, now_us);
  else
    gate->refused.rtcp++;
  g_mutex_unlock (&gate->lock);
  gboolean whole = kept == map.size;
  gst_buffer_unmap (compound, &map);
  if (whole) {
    g_free (out);
    return compound;
  }
  GstBuffer *left = NULL;
  if (kept) {
    left = gst_buffer_new_wrapped_full (0, out, map.size, 0, kept, out, g_free);
    gst_buffer_copy_into (left, compound, GST_BUFFER_COPY_METADATA, 0, -1);
  } else {
    g_free (out);
  }
  gst_buffer_unref (compound);
  return left;
}

/* ---- retransmission ---- */

static void
note_sent (R58Gate *gate, GstBuffer *packet)
{
  guint8 head[4];
  gsize bytes = gst_buffer_get_size (packet);
  if (gst_buffer_extract (packet, 0, head, sizeof head) < sizeof head)
    return;
  guint16 sequence = GST_READ_UINT16_BE (head + 2);
  gate->sent[sequence % SENT_KEPT] = (Sent){ sequence, MIN (bytes, G_MAXUINT16), 0 };
  gate->resend_bytes = MIN (gate->resend_bytes + (gdouble) bytes / RESEND_SHARE, RESEND_BURST_BYTES);
}

void
r58_gate_sent (R58Gate *gate, GstMiniObject *unit)
{
  GstBufferList *list = GST_IS_BUFFER_LIST (unit) ? GST_BUFFER_LIST (unit) : NULL;
  g_mutex_lock (&gate->lock);
  for (guint i = 0; list && i < gst_buffer_list_length (list); i++)
    note_sent (gate, gst_buffer_list_get (list, i));
  if (!list)
    note_sent (gate, GST_BUFFER (unit));
  g_mutex_unlock (&gate->lock);
}

gboolean
r58_gate_resend (R58Gate *gate, guint16 sequence, gdouble rtt_ms, gint64 now_us)
{
  gint64 rtt_us = CLAMP (rtt_ms < 0 ? RTT_UNKNOWN_MS : rtt_ms, RTT_MIN_MS, RTT_MAX_MS) * G_TIME_SPAN_MILLISECOND;
  g_mutex_lock (&gate->lock);
  Sent *sent = &gate->sent[sequence % SENT_KEPT];
  gboolean may = sent->bytes && sent->sequence == sequence && (!sent->resent || now_us - sent->resent >= rtt_us) &&
      gate->resend_bytes >= sent->bytes;
  if (may) {
    gate->resend_bytes -= sent->bytes;
    sent->resent = now_us;
  } else {
    gate->refused.resends++;
  }
  g_mutex_unlock (&gate->lock);
  return may;
}

/* ---- key frames ---- */

gboolean
r58_gate_key (R58Gate *gate, gint64 now_us)
{
  g_mutex_lock (&gate->lock);
  gboolean now = !gate->key_at || now_us - gate->key_at >= KEY_INTERVAL_US;
  if (now) {
    gate->key_at = now_us;
    gate->key_waits = FALSE;
  } else {
    gate->key_waits = TRUE;
    gate->refused.keys++;
  }
  g_mutex_unlock (&gate->lock);
  return now;
}

gboolean
r58_gate_key_due (R58Gate *gate, gint64 now_us)
{
  g_mutex_lock (&gate->lock);
  gboolean due = gate->key_waits && now_us - gate->key_at >= KEY_INTERVAL_US;
  if (due) {
    gate->key_at = now_us;
    gate->key_waits = FALSE;
  }
  g_mutex_unlock (&gate->lock);
  return due;
}

void
r58_gate_key_sent (R58Gate *gate)
{
  g_mutex_lock (&gate->lock);
  gate->key_waits = FALSE;
  g_mutex_unlock (&gate->lock);
}

R58GateRefused
r58_gate_refused (R58Gate *gate)
{
  g_mutex_lock (&gate->lock);
  R58GateRefused refused = gate->refused;
  g_mutex_unlock (&gate->lock);
  return refused;
}
