/* Packets of peers, whole or in pieces: what is read of them, what becomes of them for a viewer, and what the gate lets in. */
#include "webrtc/feed.h"
#include "webrtc/gate.h"

#include <gst/rtp/gstrtpbuffer.h>

#include "fuzz.h"

enum { PAYLOAD_TYPE = 77, SSRC = 0x01020304, HEADER = 12 };

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  return 0;
}

/* In two memories where there is a place to cut. */
static GstBuffer *
packet_from (Input *in, gsize size, gsize cut)
{
  GstBuffer *buffer = input_buffer (in, MIN (cut, size));
  return gst_buffer_append (buffer, input_buffer (in, size - MIN (cut, size)));
}

/* The same payload under the viewer's numbers, without extensions. */
static void
check_rewritten (GstBuffer *in, GstBuffer *out)
{
  GstRTPBuffer before = GST_RTP_BUFFER_INIT, after = GST_RTP_BUFFER_INIT;
  if (!gst_rtp_buffer_map (in, GST_MAP_READ, &before))
    return;
  /* Padding is told in its last byte; GStreamer takes what has none for padded too. */
  if (gst_rtp_buffer_get_padding (&before) && gst_rtp_buffer_get_header_len (&before) == gst_buffer_get_size (in)) {
    gst_rtp_buffer_unmap (&before);
    return;
  }
  MUST (out, "RTP is rewritten");
  MUST (gst_rtp_buffer_map (out, GST_MAP_READ, &after), "what is rewritten is RTP");
  guint size = gst_rtp_buffer_get_payload_len (&before);
  MUST (gst_rtp_buffer_get_payload_type (&after) == PAYLOAD_TYPE && gst_rtp_buffer_get_ssrc (&after) == SSRC, "numbers");
  MUST (gst_rtp_buffer_get_seq (&after) == gst_rtp_buffer_get_seq (&before), "sequence number");
  MUST (gst_rtp_buffer_get_timestamp (&after) == gst_rtp_buffer_get_timestamp (&before), "timestamp");
  MUST (gst_rtp_buffer_get_marker (&after) == gst_rtp_buffer_get_marker (&before), "marker");
  MUST (gst_rtp_buffer_get_csrc_count (&after) == gst_rtp_buffer_get_csrc_count (&before), "sources");
  MUST (!gst_rtp_buffer_get_extension (&after), "extension");
  MUST (gst_rtp_buffer_get_payload_len (&after) == size, "%u bytes of %u", gst_rtp_buffer_get_payload_len (&after), size);
  if (size)
    MUST (!memcmp (gst_rtp_buffer_get_payload (&after), gst_rtp_buffer_get_payload (&before), size), "payload");
  gst_rtp_buffer_unmap (&before);
  gst_rtp_buffer_unmap (&after);
}

/* Whole packets of version 2, and no more than came. */
static void
check_report (GstBuffer *left, gsize most)
{
  GstMapInfo map;
  MUST (gst_buffer_map (left, &map, GST_MAP_READ), "map");
  MUST (map.size <= most, "%" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT " bytes", map.size, most);
  for (gsize at = 0; at < map.size; at += 4 * (1 + (gsize) GST_READ_UINT16_BE (map.data + at + 2))) {
    MUST (at + 4 <= map.size && map.data[at] >> 6 == 2, "at %" G_GSIZE_FORMAT " of %" G_GSIZE_FORMAT, at, map.size);
    MUST (at + 4 * (1 + (gsize) GST_READ_UINT16_BE (map.data + at + 2)) <= map.size, "the last one is whole");
  }
  gst_buffer_unmap (left, &map);
}

static void
look_at (GstBuffer *packet)
{
  r58_rtp_unit_starts_h264 (GST_MINI_OBJECT (packet));
  r58_rtp_starts_vp8 (packet);
  r58_rtp_continues_h264 (packet);
  r58_rtp_ends_frame (packet);
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input in = { data, size };
  guint settings = input_byte (&in);
  R58Gate *gate = r58_gate_new (settings & 1);
  gint64 now = G_USEC_PER_SEC;
  r58_gate_expect (gate, SSRC);
  r58_gate_own (gate, SSRC + 1);
  GstBufferList *list = gst_buffer_list_new ();
  while (in.left) {
    guint op = input_byte (&in);
    gsize cut = input_byte (&in), length = input_word (&in) & 0x7ff;
    now += (gint64) (op >> 2) << 12;
    GstBuffer *packet = packet_from (&in, length, op & 1 ? cut : length);
    length = gst_buffer_get_size (packet);
    look_at (packet);
    r58_gate_admits (gate, packet);
    r58_gate_admits_rtp (gate, packet);
    r58_gate_sent (gate, GST_MINI_OBJECT (packet));
    r58_gate_resend (gate, cut, op, now);
    GstMiniObject *out = r58_rtp_unit_rewrite (GST_MINI_OBJECT (packet), PAYLOAD_TYPE, SSRC);
    check_rewritten (packet, GST_BUFFER_CAST (out));
    if (out) {
      look_at (GST_BUFFER_CAST (out));
      gst_mini_object_unref (out);
    }
    GstBuffer *left = r58_gate_report (gate, gst_buffer_copy_deep (packet), now);
    if (left)
      check_report (left, length);
    gst_clear_buffer (&left);
    gst_buffer_list_add (list, packet);
  }
  if (gst_buffer_list_length (list)) {
    GstMiniObject *unit = GST_MINI_OBJECT (list), *out = r58_rtp_unit_rewrite (unit, PAYLOAD_TYPE, SSRC);
    r58_rtp_unit_starts_h264 (unit);
    r58_gate_sent (gate, unit);
    MUST (!out || r58_rtp_unit_packets (out) == r58_rtp_unit_packets (unit), "packets");
    if (out)
      gst_mini_object_unref (out);
  }
  gst_buffer_list_unref (list);
  r58_gate_free (gate);
  return 0;
}
