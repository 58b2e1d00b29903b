#include "webrtc/twcc.h"

#include <string.h>

/* Packets remembered, a power of two: 1 s at 20 Mbit/s. */
#define KEPT 2048
/* Of one report; all in one packet of the network. */
#define REPORTED_MAX 400
/* A gap counts as a loss when it has stayed open for this long, or for as long as packets have been out of order. */
#define WAIT_MIN_US (100 * G_TIME_SPAN_MILLISECOND)
#define WAIT_MAX_US (200 * G_TIME_SPAN_MILLISECOND)
/* Less disorder comes from threads and processors. */
#define DISORDER_MIN_US (3 * G_TIME_SPAN_MILLISECOND)
/* The widest disorder of this period and the one before counts. */
#define DISORDER_US (5 * G_TIME_SPAN_SECOND)
/* The least delay in this long is what a queue adds; the rest is chance (the filter of RFC 6817 §2.4.2). */
#define FILTER_US (2 * G_TIME_SPAN_SECOND)
#define FILTER_MAX 1024

enum { RTPFB = 205, FORMAT = 15, HEADER = 20 };
/* µs */
enum { TICK = 250, REFERENCE = 64000 };

typedef struct {
  gint64 sequence;
  gint64 came; /* as it was; 0 = never */
  gint64 told; /* as it is reported */
} Packet;

struct _R58Twcc {
  GMutex lock;
  guint sequence_id, send_time_id;
  Packet packets[KEPT];
  gboolean begun;
  gint64 begin;           /* monotonic, of the first packet */
  gint64 highest;
  gint64 next;            /* first that was not reported on */
  guint8 reports;
  gint64 disorder[2];     /* widest of this period and of the one before */
  gint64 period;          /* when this one began */
  gint64 sent;            /* send time of the last packet, unwrapped, µs */
  struct { gint64 at, delay; } filter[FILTER_MAX];
  guint filtered;
};

R58Twcc *
r58_twcc_new (guint sequence_id, guint send_time_id)
{
  R58Twcc *twcc = g_new0 (R58Twcc, 1);
  g_mutex_init (&twcc->lock);
  twcc->sequence_id = sequence_id;
  twcc->send_time_id = send_time_id;
  return twcc;
}

void
r58_twcc_free (R58Twcc *twcc)
{
  g_mutex_clear (&twcc->lock);
  g_free (twcc);
}

/* The bytes of a header extension (RFC 8285, one-byte form) of at least `size`, NULL when the packet has none. */
static const guint8 *
extension_of (const guint8 *data, gsize size, guint id, guint least)
{
  if (size < 12 || !(data[0] & 0x10) || !id)
    return NULL;
  gsize at = 12 + 4 * (data[0] & 0x0f);
  if (size < at + 4 || GST_READ_UINT16_BE (data + at) != 0xbede)
    return NULL;
  gsize end = at + 4 + 4 * (gsize) GST_READ_UINT16_BE (data + at + 2);
  if (end > size)
    return NULL;
  for (at += 4; at < end;) {
    guint length = (data[at] & 0x0f) + 1;
    if (data[at] == 0) {
      at++;
      continue;
    }
    if (at + 1 + length > end)
      return NULL;
    if (data[at] >> 4 == (gint) id)
      return length >= least ? data + at + 1 : NULL;
    at += 1 + length;
  }
  return NULL;
}

static gint64
disorder_us (R58Twcc *twcc)
{
  return MAX (twcc->disorder[0], twcc->disorder[1]);
}

/* By how much a packet is behind the first that overtook it. */
static void
note_disorder (R58Twcc *twcc, gint64 sequence, gint64 now)
{
  if (now - twcc->period > DISORDER_US) {
    twcc->disorder[1] = now - twcc->period > 2 * DISORDER_US ? 0 : twcc->disorder[0];
    twcc->disorder[0] = 0;
    twcc->period = now;
  }
  gint64 overtaken = now;
  for (gint64 s = sequence + 1; s <= twcc->highest; s++) {
    const Packet *p = &twcc->packets[s % KEPT];
    if (p->sequence == s && p->came)
      overtaken = MIN (overtaken, p->came);
  }
  twcc->disorder[0] = MAX (twcc->disorder[0], now - overtaken);
}

/* When the packet would have come without jitter. Only where packets come out of order: on other lines lateness means a
 * queue, which the browser must hear of at once. */
static gint64
filtered (R58Twcc *twcc, const guint8 *send_time, gint64 now)
{
  /* 24 bits of 6.18 fixed point seconds. */
  const gint64 wrap = 64 * G_TIME_SPAN_SECOND;
  gint64 sent = (gint64) GST_READ_UINT24_BE (send_time) * G_TIME_SPAN_SECOND >> 18;
  gint64 step = (sent - twcc->sent % wrap + wrap) % wrap;
  sent = twcc->sent + (step < wrap / 2 ? step : step - wrap);
  twcc->sent = MAX (twcc->sent, sent);
  twcc->filter[twcc->filtered % FILTER_MAX].at = now;
  twcc->filter[twcc->filtered % FILTER_MAX].delay = now - sent;
  twcc->filtered++;
  gint64 least = now - sent;
  for (guint i = 1; i <= MIN (twcc->filtered, FILTER_MAX); i++) {
    guint at = (twcc->filtered - i) % FILTER_MAX;
    if (twcc->filter[at].at < now - FILTER_US)
      break;
    least = MIN (least, twcc->filter[at].delay);
  }
  return disorder_us (twcc) > DISORDER_MIN_US ? sent + least : now;
}

void
r58_twcc_received (R58Twcc *twcc, GstBuffer *packet, gint64 now_us)
{
  GstMapInfo map;
  if (!gst_buffer_map (packet, &map, GST_MAP_READ))
    return;
  const guint8 *number = extension_of (map.data, map.size, twcc->sequence_id, 2);
  const guint8 *send_time = extension_of (map.data, map.size, twcc->send_time_id, 3);
  if (number) {
    g_mutex_lock (&twcc->lock);
    if (!twcc->begun) {
      twcc->begun = TRUE;
      twcc->begin = twcc->period = now_us;
      /* Away from zero, so that what comes before the first can be told. */
      twcc->highest = twcc->next = G_MAXUINT16 + 1 + GST_READ_UINT16_BE (number);
    }
    gint64 sequence = twcc->highest + (gint16) (GST_READ_UINT16_BE (number) - (guint16) twcc->highest);
    Packet *kept = &twcc->packets[sequence % KEPT];
    gboolean known = kept->sequence == sequence && kept->came;
    if (!known && sequence > twcc->highest - KEPT) {
      if (sequence < twcc->highest)
        note_disorder (twcc, sequence, now_us);
      *kept = (Packet){ sequence, now_us, send_time ? filtered (twcc, send_time, now_us) : now_us };
      twcc->highest = MAX (twcc->highest, sequence);
      /* It was reported as lost; the reports from here on correct that. */
      if (sequence < twcc->next && twcc->next - sequence < REPORTED_MAX)
        twcc->next = sequence;
    }
    g_mutex_unlock (&twcc->lock);
  }
  gst_buffer_unmap (packet, &map);
}

static const Packet *
packet_of (R58Twcc *twcc, gint64 sequence)
{
  const Packet *p = &twcc->packets[sequence % KEPT];
  return p->sequence == sequence && p->came ? p : NULL;
}

/* The end of what can be reported: a gap that may still be filled is not reported as a loss. */
static gint64
end_of_report (R58Twcc *twcc, gint64 now)
{
  gint64 end = twcc->highest + 1, after = now;
  gint64 wait = CLAMP (disorder_us (twcc), WAIT_MIN_US, WAIT_MAX_US);
  for (gint64 s = twcc->highest; s >= twcc->next; s--) {
    const Packet *p = packet_of (twcc, s);
    if (p)
      after = MIN (after, p->came);
    else if (after + wait > now)
      end = s;
  }
  end = MIN (end, twcc->next + REPORTED_MAX);
  while (end > twcc->next && !packet_of (twcc, end - 1))
    end--;
  return end;
}

static GstBuffer *
report_new (R58Twcc *twcc, const guint8 *ssrcs, gint64 end)
{
  enum { NONE, SMALL, LARGE, SYMBOLS = 7 };
  guint count = end - twcc->next, chunks = (count + SYMBOLS - 1) / SYMBOLS;
  guint8 data[HEADER + 2 * (REPORTED_MAX / SYMBOLS + 1) + 2 * REPORTED_MAX + 4] = { 0 };
  guint8 *delta = data + HEADER + 2 * chunks;
  gint64 at = -1;
  for (guint i = 0; i < count; i++) {
    const Packet *p = packet_of (twcc, twcc->next + i);
    guint symbol = NONE;
    if (p) {
      /* A second ahead, so that a filtered time is never before the beginning. */
      gint64 told = MAX (p->told - twcc->begin + G_TIME_SPAN_SECOND, 0);
      if (at < 0) {
        at = told / REFERENCE * REFERENCE;
        GST_WRITE_UINT24_BE (data + 16, (at / REFERENCE) & 0xffffff);
      }
      gint64 ticks = CLAMP ((told - at) / TICK, G_MININT16, G_MAXINT16);
      at += ticks * TICK;
      symbol = ticks >= 0 && ticks <= G_MAXUINT8 ? SMALL : LARGE;
      if (symbol == SMALL) {
        *delta++ = ticks;
      } else {
        GST_WRITE_UINT16_BE (delta, (guint16) ticks);
        delta += 2;
      }
    }
    guint8 *chunk = data + HEADER + 2 * (i / SYMBOLS);
    guint16 bits = GST_READ_UINT16_BE (chunk) | 0xc000 | symbol << 2 * (SYMBOLS - 1 - i % SYMBOLS);
    GST_WRITE_UINT16_BE (chunk, bits);
  }
  guint padding = (4 - (delta - data) % 4) % 4;
  gsize size = delta - data + padding;
  data[0] = 2 << 6 | FORMAT;
  if (padding) {
    data[0] |= 0x20;
    data[size - 1] = padding;
  }
  data[1] = RTPFB;
  GST_WRITE_UINT16_BE (data + 2, size / 4 - 1);
  memcpy (data + 4, ssrcs, 8);
  GST_WRITE_UINT16_BE (data + 12, (guint16) twcc->next);
  GST_WRITE_UINT16_BE (data + 14, count);
  data[19] = twcc->reports++;
  twcc->next = end;
  return gst_buffer_new_memdup (data, size);
}

GstBuffer *
r58_twcc_replace (R58Twcc *twcc, GstBuffer *report, gint64 now_us)
{
  guint8 head[12];
  if (gst_buffer_extract (report, 0, head, sizeof head) < sizeof head || head[1] != RTPFB || (head[0] & 0x1f) != FORMAT)
    return gst_buffer_ref (report);
  GstBuffer *out = NULL;
  g_mutex_lock (&twcc->lock);
  /* What is no longer remembered cannot be reported. */
  twcc->next = MAX (twcc->next, twcc->highest - KEPT / 2);
  gint64 end = twcc->begun ? end_of_report (twcc, now_us) : 0;
  if (twcc->begun && end > twcc->next)
    out = report_new (twcc, head + 4, end);
  g_mutex_unlock (&twcc->lock);
  if (out)
    gst_buffer_copy_into (out, report, GST_BUFFER_COPY_TIMESTAMPS, 0, -1);
  return out;
}
