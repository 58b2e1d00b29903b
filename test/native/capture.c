/* capture turns|colours: which frames are passed on, and what colours a driver's words stand for. */
#define start start_node
#define negotiate negotiate_format
#include "capture/v4l2.c"
#undef start
#undef negotiate
#include "capture/v4l2src.c"

#include "check.h"

/* `step` of 0: the driver does not count at all. */
static guint
passed (guint decimate, guint32 first, guint32 step, guint frames)
{
  R58V4l2Src self = { .decimate = decimate, .passed_by = decimate };
  guint n = 0;
  for (guint i = 0; i < frames; i++) {
    count_gap (&self, first + i * step);
    if (self.passed_by < self.decimate)
      continue;
    self.passed_by = 0;
    n++;
  }
  return n;
}

static void
turns (void)
{
  for (guint decimate = 1; decimate <= 8; decimate++)
    for (guint32 first = 0; first < 9; first++) {
      CHECK (passed (decimate, first, 1, 240) == (240 + decimate - 1) / decimate, "every %u of a driver that begins with %u", decimate, first);
      CHECK (passed (decimate, first, 0, 240) == (240 + decimate - 1) / decimate, "every %u of a driver that stays at %u", decimate, first);
      /* It has dropped what would be dropped here. */
      CHECK (passed (decimate, first, decimate, 240) == 240, "every %u of a driver that counts by as many from %u", decimate, first);
      guint n = passed (decimate, first, 2, 240);
      CHECK (n >= 240 / decimate && n <= 240, "every %u of a driver that counts by two from %u: %u", decimate, first, n);
    }
}

static void
colour (guint height, gboolean digital, guint32 colorspace, guint32 encoding, guint32 quantization, const gchar *expected)
{
  GstVideoInfo info;
  GstVideoColorimetry want;
  gst_video_info_set_format (&info, GST_VIDEO_FORMAT_YUY2, height * 16 / 9, height);
  set_colours (&info, digital, colorspace, encoding, quantization);
  CHECK (gst_video_colorimetry_from_string (&want, expected), "%s", expected);
  gchar *got = gst_video_colorimetry_to_string (&info.colorimetry);
  CHECK (gst_video_colorimetry_is_equal (&info.colorimetry, &want), "%u rows, %s, colours %u/%u/%u: %s instead of %s", height,
      digital ? "digital" : "camera", colorspace, encoding, quantization, got, expected);
  g_free (got);
}

static void
colours (void)
{
  /* Range, matrix, transfer, primaries: UVC is sRGB by BT.601. */
  const gchar *camera = "2:4:5:1";
  colour (1080, FALSE, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, camera);
  colour (720, FALSE, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_601, V4L2_QUANTIZATION_LIM_RANGE, camera);
  colour (1080, FALSE, V4L2_COLORSPACE_DEFAULT, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, camera);
  colour (1080, FALSE, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_709, V4L2_QUANTIZATION_DEFAULT, "bt709");
  colour (480, FALSE, V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, "bt709");
  colour (1080, FALSE, V4L2_COLORSPACE_SMPTE170M, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, "bt601");
  colour (1080, FALSE, V4L2_COLORSPACE_JPEG, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, "1:4:5:1");
  colour (1080, FALSE, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_FULL_RANGE, "1:4:5:1");
  /* HDMI: by its size where the driver does not know. */
  colour (1080, TRUE, V4L2_COLORSPACE_SRGB, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, "bt709");
  colour (1080, TRUE, V4L2_COLORSPACE_DEFAULT, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, "bt709");
  colour (576, TRUE, V4L2_COLORSPACE_DEFAULT, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, "bt601");
  colour (576, TRUE, V4L2_COLORSPACE_REC709, V4L2_YCBCR_ENC_DEFAULT, V4L2_QUANTIZATION_DEFAULT, "bt709");
}

int
main (int argc, char **argv)
{
  gst_init (NULL, NULL);
  if (g_str_equal (argv[1], "turns"))
    turns ();
  else
    colours ();
  return 0;
}
