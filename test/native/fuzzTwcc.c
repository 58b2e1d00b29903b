/* Any packets of a guest, at any times, and what we report on them: well formed, and nothing told that did not come. */
#include "webrtc/twcc.h"

#include "fuzz.h"

enum { SEQUENCE_ID = 3, SEND_TIME_ID = 2, HEAD = 20, TOLD_MAX = 400 };

static guint8 came[G_MAXUINT16 + 1];

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  return 0;
}

static GstBuffer *
packet_with (guint sequence, guint send_time)
{
  guint8 data[12 + 4 + 8 + 4] = { 0x90, 96 };
  GST_WRITE_UINT32_BE (data + 12, 0xbede0002);
  data[16] = SEQUENCE_ID << 4 | 1;
  GST_WRITE_UINT16_BE (data + 17, sequence);
  data[19] = SEND_TIME_ID << 4 | 2;
  GST_WRITE_UINT24_BE (data + 20, send_time);
  return gst_buffer_new_memdup (data, sizeof data);
}

static GstBuffer *
some_report (void)
{
  const guint8 data[HEAD] = { 0x8f, 205, 0, 4 };
  return gst_buffer_new_memdup (data, sizeof data);
}

/* draft-holmer-rmcat-transport-wide-cc-extensions-01 §3.1; `known`: all that came is in `came`. */
static void
check_report (GstBuffer *report, gboolean known)
{
  GstMapInfo map;
  MUST (gst_buffer_map (report, &map, GST_MAP_READ), "map");
  const guint8 *d = map.data;
  MUST (map.size >= HEAD + 4 && map.size == 4u * (GST_READ_UINT16_BE (d + 2) + 1), "%" G_GSIZE_FORMAT " bytes", map.size);
  guint base = GST_READ_UINT16_BE (d + 12), count = GST_READ_UINT16_BE (d + 14), told = 0;
  MUST (count > 0 && count <= TOLD_MAX, "%u packets", count);
  gsize deltas = HEAD + (count + 6) / 7 * 2, padding = d[0] & 0x20 ? d[map.size - 1] : 0;
  MUST (deltas <= map.size, "%u packets in %" G_GSIZE_FORMAT " bytes", count, map.size);
  for (guint i = 0; i < count; i++) {
    guint chunk = GST_READ_UINT16_BE (d + HEAD + i / 7 * 2), symbol = chunk >> (12 - i % 7 * 2) & 3;
    MUST (chunk >> 14 == 3 && symbol < 3, "chunk %x", chunk);
    MUST (!symbol || !known || came[(base + i) & G_MAXUINT16], "packet %u never came", base + i);
    deltas += symbol;
    told += symbol > 0;
  }
  MUST (told > 0 && deltas + padding == map.size, "%u told, %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", told, deltas, map.size);
  gst_buffer_unmap (report, &map);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input in = { data, size };
  guint ids = input_byte (&in);
  gboolean known = TRUE;
  /* The other ids lead to what is no number, and no time. */
  R58Twcc *twcc = ids & 1 ? r58_twcc_new (ids >> 1 & 15, ids >> 4) : r58_twcc_new (SEQUENCE_ID, SEND_TIME_ID);
  known = !(ids & 1);
  gint64 now = G_USEC_PER_SEC;
  memset (came, 0, sizeof came);
  while (in.left) {
    guint op = input_byte (&in);
    now += (gint64) input_byte (&in) << (op >> 2) % 32;
    GstBuffer *buffer;
    switch (op & 3) {
      case 0:
        buffer = input_buffer (&in, input_byte (&in));
        r58_twcc_received (twcc, buffer, now);
        known = FALSE;
        break;
      case 1: {
        guint sequence = input_word (&in);
        buffer = packet_with (sequence, input_word (&in) << 8);
        came[sequence] = TRUE;
        r58_twcc_received (twcc, buffer, now);
        break;
      }
      default: {
        buffer = op & 1 ? input_buffer (&in, input_byte (&in)) : some_report ();
        GstBuffer *out = r58_twcc_replace (twcc, buffer, now);
        if (out && out != buffer)
          check_report (out, known);
        gst_clear_buffer (&out);
      }
    }
    gst_buffer_unref (buffer);
  }
  r58_twcc_free (twcc);
  return 0;
}
