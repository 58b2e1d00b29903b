/* Any text as an offer (as JSON brings it: UTF-8, never empty): what is read from it is in it, and what is written into it leaves the rest as it was. */
#include "webrtc/sdp.h"

#include "fuzz.h"

#include "webrtc/twcc.h"

static const gchar candidates[] = "a=candidate:1 1 UDP 2130706431 192.0.2.7 40000 typ host\r\n";
static guint ssrcs;

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  return 0;
}

static void
count_ssrc (R58Gate *gate, guint32 ssrc)
{
  ssrcs++;
}

static guint
lines_of (const gchar *text, const gchar *start)
{
  guint n = 0;
  for (const gchar *at = text; (at = strstr (at, start)); at++)
    n++;
  return n;
}

static void
check_written (const gchar *text)
{
  gchar *written = r58_sdp_with_candidates (text, candidates);
  const gchar *there = strstr (written, candidates);
  gsize head = there ? (gsize) (there - written) : 0;
  MUST (there, "no candidate");
  MUST (strncmp (written, text, head) == 0 && g_str_equal (there + strlen (candidates), text + head), "another text");
  MUST (lines_of (text, "\r\nm=") < 2 || lines_of (there, "\r\nm=") + 1 == lines_of (text, "\r\nm="), "not in the first line");
  g_free (written);
}

static void
check_read (const GstSDPMessage *sdp, guint said)
{
  ssrcs = 0;
  r58_sdp_each_ssrc (sdp, NULL, count_ssrc);
  MUST (ssrcs <= said, "%u streams of %u", ssrcs, said);
  r58_sdp_is_audio (sdp, 1);
  gint lines = gst_sdp_message_medias_len (sdp);
  for (R58Kind kind = 0; kind < R58_KINDS; kind++) {
    gint line = r58_sdp_line_of (sdp, kind);
    MUST (line >= -1 && line < lines, "line %d of %d", line, lines);
  }
  MUST (r58_sdp_extension (sdp, R58_TWCC_URI) <= 14, "id");
  for (gint line = 0; line <= lines; line++) {
    GstCaps *caps = r58_sdp_preference (sdp, line);
    MUST (!caps || (line < lines && gst_caps_get_size (caps) == 1), "line %d of %d", line, lines);
    gst_clear_caps (&caps);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gchar *text = g_strndup ((const gchar *) data, size);
  if (!*text || !g_utf8_validate (text, -1, NULL)) {
    g_free (text);
    return 0;
  }
  /* The candidate's own line is the one that is written. */
  if (!strstr (text, candidates))
    check_written (text);
  GstSDPMessage *sdp = NULL;
  if (gst_sdp_message_new_from_text (text, &sdp) == GST_SDP_OK)
    check_read (sdp, lines_of (text, "ssrc"));
  if (sdp)
    gst_sdp_message_free (sdp);
  g_free (text);
  return 0;
}
