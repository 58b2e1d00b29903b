#include "capture/testpicture.h"

#include <math.h>
#include <string.h>

/* Rectangles in 40ths of the picture: x, y, w, h. */
typedef struct {
  gint x, y, w, h;
} Area;
static const Area FIELD = { 4, 4, 32, 32 };   /* all around it is the border */
static const Area LABEL = { 6, 6, 22, 4 };
static const Area FLASH = { 30, 6, 5, 5 };
static const Area COUNT = { 6, 13, 28, 7 };   /* the frame number in digits */
static const Area BITS = { 4, 22, 32, 4 };    /* 32 blocks of one column each, most significant bit first */
static const Area LANE = { 5, 29, 30, 4 };    /* a bar crosses it every two seconds */

/* bt709 studio-range luma */
#define LUMA_BLACK 16
#define LUMA_FIELD 40
#define LUMA_BAR 170
#define LUMA_WHITE 235

/* 5x7 glyphs from ' ' to 'Z', one byte per column, lowest bit on top. */
static const guint8 FONT[][5] = {
  {0, 0, 0, 0, 0}, {0, 0, 0x5f, 0, 0}, {0, 7, 0, 7, 0}, {0x14, 0x7f, 0x14, 0x7f, 0x14},
  {0x24, 0x2a, 0x7f, 0x2a, 0x12}, {0x23, 0x13, 8, 0x64, 0x62}, {0x36, 0x49, 0x55, 0x22, 0x50}, {0, 5, 3, 0, 0},
  {0, 0x1c, 0x22, 0x41, 0}, {0, 0x41, 0x22, 0x1c, 0}, {8, 0x2a, 0x1c, 0x2a, 8}, {8, 8, 0x3e, 8, 8},
  {0, 0x50, 0x30, 0, 0}, {8, 8, 8, 8, 8}, {0, 0x60, 0x60, 0, 0}, {0x20, 0x10, 8, 4, 2},
  {0x3e, 0x51, 0x49, 0x45, 0x3e}, {0, 0x42, 0x7f, 0x40, 0}, {0x42, 0x61, 0x51, 0x49, 0x46},
  {0x21, 0x41, 0x45, 0x4b, 0x31}, {0x18, 0x14, 0x12, 0x7f, 0x10}, {0x27, 0x45, 0x45, 0x45, 0x39},
  {0x3c, 0x4a, 0x49, 0x49, 0x30}, {1, 0x71, 9, 5, 3}, {0x36, 0x49, 0x49, 0x49, 0x36}, {6, 0x49, 0x49, 0x29, 0x1e},
  {0, 0x36, 0x36, 0, 0}, {0, 0x56, 0x36, 0, 0}, {8, 0x14, 0x22, 0x41, 0}, {0x14, 0x14, 0x14, 0x14, 0x14},
  {0, 0x41, 0x22, 0x14, 8}, {2, 1, 0x51, 9, 6}, {0x32, 0x49, 0x79, 0x41, 0x3e}, {0x7e, 0x11, 0x11, 0x11, 0x7e},
  {0x7f, 0x49, 0x49, 0x49, 0x36}, {0x3e, 0x41, 0x41, 0x41, 0x22}, {0x7f, 0x41, 0x41, 0x22, 0x1c},
  {0x7f, 0x49, 0x49, 0x49, 0x41}, {0x7f, 9, 9, 9, 1}, {0x3e, 0x41, 0x49, 0x49, 0x7a}, {0x7f, 8, 8, 8, 0x7f},
  {0, 0x41, 0x7f, 0x41, 0}, {0x20, 0x40, 0x41, 0x3f, 1}, {0x7f, 8, 0x14, 0x22, 0x41},
  {0x7f, 0x40, 0x40, 0x40, 0x40}, {0x7f, 2, 0xc, 2, 0x7f}, {0x7f, 4, 8, 0x10, 0x7f}, {0x3e, 0x41, 0x41, 0x41, 0x3e},
  {0x7f, 9, 9, 9, 6}, {0x3e, 0x41, 0x51, 0x21, 0x5e}, {0x7f, 9, 0x19, 0x29, 0x46}, {0x46, 0x49, 0x49, 0x49, 0x31},
  {1, 1, 0x7f, 1, 1}, {0x3f, 0x40, 0x40, 0x40, 0x3f}, {0x1f, 0x20, 0x40, 0x20, 0x1f},
  {0x3f, 0x40, 0x38, 0x40, 0x3f}, {0x63, 0x14, 8, 0x14, 0x63}, {7, 8, 0x70, 8, 7}, {0x61, 0x51, 0x49, 0x45, 0x43},
};

/* Pixels of an area; edges are even, as chroma has half the size. */
static void
area_pixels (const GstVideoFrame *f, const Area *a, gint *x, gint *y, gint *w, gint *h)
{
  gint width = GST_VIDEO_FRAME_WIDTH (f), height = GST_VIDEO_FRAME_HEIGHT (f);
  *x = width * a->x / 40 & ~1;
  *y = height * a->y / 40 & ~1;
  *w = (width * (a->x + a->w) / 40 & ~1) - *x;
  *h = (height * (a->y + a->h) / 40 & ~1) - *y;
}

/* Fills a rectangle of one component's plane; x, y, w, h in that plane's pixels. */
static void
fill (GstVideoFrame *f, gint component, gint x, gint y, gint w, gint h, guint8 value)
{
  gint stride = GST_VIDEO_FRAME_COMP_STRIDE (f, component);
  guint8 *row = (guint8 *) GST_VIDEO_FRAME_COMP_DATA (f, component) + y * stride + x;
  for (; h > 0; h--, row += stride)
    memset (row, value, w);
}

static void
fill_area (GstVideoFrame *f, const Area *a, guint8 luma)
{
  gint x, y, w, h;
  area_pixels (f, a, &x, &y, &w, &h);
  fill (f, 0, x, y, w, h, luma);
}

/* Writes white text at the left of an area, as large as fits it. Letters are shown in upper case, what the font does
 * not have as '?'. */
static void
write_text (GstVideoFrame *f, const Area *a, const gchar *text)
{
  gint x, y, w, h;
  area_pixels (f, a, &x, &y, &w, &h);
  glong length = g_utf8_strlen (text, -1);
  gint dot = MIN (h / 7, w / (6 * (gint) CLAMP (length, 1, w)));
  for (; *text && dot > 0; text = g_utf8_next_char (text), x += 6 * dot) {
    gunichar c = g_utf8_get_char (text);
    if (c >= 'a' && c <= 'z')
      c -= 'a' - 'A';
    if (c < ' ' || c > 'Z')
      c = '?';
    for (gint column = 0; column < 5; column++)
      for (gint row = 0; row < 7; row++)
        if (FONT[c - ' '][column] & (1 << row))
          fill (f, 0, x + column * dot, y + row * dot, dot, dot, LUMA_WHITE);
  }
}

/* ITU-R BT.709, studio range. */
static void
yuv_of (guint32 rgb, guint8 yuv[3])
{
  gdouble r = (rgb >> 16 & 255) / 255.0, g = (rgb >> 8 & 255) / 255.0, b = (rgb & 255) / 255.0;
  gdouble y = 0.2126 * r + 0.7152 * g + 0.0722 * b;
  yuv[0] = (guint8) lround (16 + 219 * y);
  yuv[1] = (guint8) lround (128 + 224 * (b - y) / 1.8556);
  yuv[2] = (guint8) lround (128 + 224 * (r - y) / 1.5748);
}

void
r58_test_picture_clear (GstVideoFrame *f)
{
  fill_area (f, &FLASH, LUMA_FIELD);
  fill_area (f, &COUNT, LUMA_FIELD);
  fill_area (f, &BITS, LUMA_BLACK);
  fill_area (f, &LANE, LUMA_FIELD);
}

void
r58_test_picture_still (GstVideoFrame *f, guint32 rgb, const gchar *label)
{
  guint8 yuv[3];
  gint x, y, w, h;
  yuv_of (rgb, yuv);
  area_pixels (f, &FIELD, &x, &y, &w, &h);
  for (gint c = 0; c < 3; c++) {
    gint half = c ? 2 : 1;
    fill (f, c, 0, 0, GST_VIDEO_FRAME_COMP_WIDTH (f, c), GST_VIDEO_FRAME_COMP_HEIGHT (f, c), yuv[c]);
    fill (f, c, x / half, y / half, w / half, h / half, c ? 128 : LUMA_FIELD);
  }
  r58_test_picture_clear (f);
  write_text (f, &LABEL, label);
}

void
r58_test_picture_moving (GstVideoFrame *f, guint64 k, gboolean flash)
{
  gint x, y, w, h;
  gchar digits[24];

  area_pixels (f, &BITS, &x, &y, &w, &h);
  gint width = GST_VIDEO_FRAME_WIDTH (f);
  for (gint bit = 0; bit < 32; bit++) {
    if (k >> (31 - bit) & 1) {
      gint left = width * (BITS.x + bit) / 40, right = MIN (width * (BITS.x + bit + 1) / 40, x + w);
      fill (f, 0, left, y, right - left, h, LUMA_WHITE);
    }
  }

  guint64 period = MAX (2, 2 * (guint64) GST_VIDEO_INFO_FPS_N (&f->info) / GST_VIDEO_INFO_FPS_D (&f->info));
  area_pixels (f, &LANE, &x, &y, &w, &h);
  fill (f, 0, x + (gint) ((guint64) (w - h) * (k % period) / (period - 1)), y, h, h, LUMA_BAR);

  g_snprintf (digits, sizeof digits, "%" G_GUINT64_FORMAT, k);
  write_text (f, &COUNT, digits);
  if (flash)
    fill_area (f, &FLASH, LUMA_WHITE);
}
