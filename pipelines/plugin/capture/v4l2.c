#include "capture/v4l2.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/v4l2-subdev.h>
#include <linux/videodev2.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#define BUFFERS 6

typedef struct _Ring Ring;

typedef struct {
  Ring *ring;
  guint index;
  gpointer data;
  gsize length;
} Slot;

/* The buffers of one streaming period. Lives until the last frame of it is freed, which may be long after. */
struct _Ring {
  gint refs;
  GMutex lock;
  gint fd; /* -1 after streaming: what comes back then is not queued again */
  guint32 type;
  guint count;
  Slot slots[BUFFERS];
};

struct _R58Node {
  gint fd, subdev_fd;
  gint claim; /* see claim_node */
  guint32 type;
  gboolean events;
  struct v4l2_capability capability;
  struct v4l2_dv_timings timings; /* last probed */
  gboolean has_timings, subdev_timings;
  Ring *ring;
  gsize frame_size;
};

/* Cheapest to bring to the I420 of the links first. */
static const struct {
  guint32 fourcc;
  const gchar *name;
  GstVideoFormat format;
  guint bytes; /* per pixel in the first plane */
  guint halves; /* size of a frame: bytesperline * height * halves / 2 */
} FORMATS[] = {
  {V4L2_PIX_FMT_NV12, "NV12", GST_VIDEO_FORMAT_NV12, 1, 3},
  {V4L2_PIX_FMT_YUV420, "YU12", GST_VIDEO_FORMAT_I420, 1, 3},
  {V4L2_PIX_FMT_NV16, "NV16", GST_VIDEO_FORMAT_NV16, 1, 4},
  {V4L2_PIX_FMT_UYVY, "UYVY", GST_VIDEO_FORMAT_UYVY, 2, 2},
  {V4L2_PIX_FMT_YUYV, "YUYV", GST_VIDEO_FORMAT_YUY2, 2, 2},
  {V4L2_PIX_FMT_NV24, "NV24", GST_VIDEO_FORMAT_NV24, 1, 6},
  {V4L2_PIX_FMT_BGR24, "BGR3", GST_VIDEO_FORMAT_BGR, 3, 2},
};

static gint
control (gint fd, gulong request, gpointer argument)
{
  gint result;
  do {
    result = ioctl (fd, request, argument);
  } while (result < 0 && errno == EINTR);
  return result;
}

/* ---- opening ---- */

/* One opener per node: two of them took the upstream product's whole system down. An abstract socket named after the
 * device number is held by one process and disappears with it, however it ends. */
static gint
claim_node (dev_t number)
{
  struct sockaddr_un address = {.sun_family = AF_UNIX};
  gint length = g_snprintf (address.sun_path + 1, sizeof address.sun_path - 1, "r58.capture.%u.%u", major (number),
      minor (number));
  gint fd = socket (AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
  if (fd >= 0 && bind (fd, (struct sockaddr *) &address, offsetof (struct sockaddr_un, sun_path) + 1 + length) < 0) {
    close (fd);
    fd = -1;
  }
  return fd;
}

static gboolean
subscribe (gint fd)
{
  struct v4l2_event_subscription wanted = {.type = V4L2_EVENT_SOURCE_CHANGE};
  return control (fd, VIDIOC_SUBSCRIBE_EVENT, &wanted) == 0;
}

/* What QUERYCAP says fits the job; the reason when not. */
static gchar *
refusal (R58Node *node, const gchar *bus)
{
  struct v4l2_capability *c = &node->capability;
  if (control (node->fd, VIDIOC_QUERYCAP, c) < 0)
    return g_strdup_printf ("no V4L2 device: %s", g_strerror (errno));
  guint32 able = c->capabilities & V4L2_CAP_DEVICE_CAPS ? c->device_caps : c->capabilities;
  if (bus && strcmp (bus, (gchar *) c->bus_info) != 0)
    return g_strdup_printf ("it is %s now, not %s", c->bus_info, bus);
  if (!(able & V4L2_CAP_STREAMING))
    return g_strdup ("it cannot stream");
  if (able & V4L2_CAP_VIDEO_CAPTURE)
    node->type = V4L2_BUF_TYPE_VIDEO_CAPTURE;
  else if (able & V4L2_CAP_VIDEO_CAPTURE_MPLANE)
    node->type = V4L2_BUF_TYPE_VIDEO_CAPTURE_MPLANE;
  else
    return g_strdup ("it does not capture video");
  return NULL;
}

R58Node *
r58_node_open (const gchar *device, const gchar *subdev, const gchar *bus, gboolean *busy, gchar **why)
{
  struct stat status;
  *busy = FALSE;
  if (stat (device, &status) < 0 || !S_ISCHR (status.st_mode)) {
    *why = g_strdup ("there is no such device");
    return NULL;
  }
  gint claim = claim_node (status.st_rdev);
  if (claim < 0) {
    *busy = TRUE;
    *why = g_strdup ("another process has it");
    return NULL;
  }
  R58Node *node = g_new0 (R58Node, 1);
  node->claim = claim;
  node->subdev_fd = -1;
  node->fd = open (device, O_RDWR | O_NONBLOCK | O_CLOEXEC);
  *why = node->fd < 0 ? g_strdup (g_strerror (errno)) : refusal (node, bus);
  if (!*why && subdev) {
    node->subdev_fd = open (subdev, O_RDWR | O_NONBLOCK | O_CLOEXEC);
    if (node->subdev_fd < 0)
      *why = g_strdup_printf ("%s: %s", subdev, g_strerror (errno));
  }
  if (*why) {
    r58_node_close (node);
    return NULL;
  }
  gboolean video = subscribe (node->fd);
  node->events = subdev ? subscribe (node->subdev_fd) || video : video;
  return node;
}

void
r58_node_close (R58Node *node)
{
  r58_node_stop (node);
  if (node->subdev_fd >= 0)
    close (node->subdev_fd);
  if (node->fd >= 0)
    close (node->fd);
  close (node->claim);
  g_free (node);
}

const gchar *
r58_node_driver (R58Node *node)
{
  return (const gchar *) node->capability.driver;
}

const gchar *
r58_node_card (R58Node *node)
{
  return (const gchar *) node->capability.card;
}

const gchar *
r58_node_bus (R58Node *node)
{
  return (const gchar *) node->capability.bus_info;
}

gboolean
r58_node_has_events (R58Node *node)
{
  return node->events;
}

gint
r58_node_fd (R58Node *node)
{
  return node->fd;
}

gint
r58_node_subdev_fd (R58Node *node)
{
  return node->subdev_fd;
}

gboolean
r58_node_source_changed (R58Node *node)
{
  gboolean changed = FALSE;
  const gint fds[] = {node->fd, node->subdev_fd};
  for (guint i = 0; i < G_N_ELEMENTS (fds); i++) {
    struct v4l2_event event = {0};
    while (fds[i] >= 0 && control (fds[i], VIDIOC_DQEVENT, &event) == 0)
      changed |= event.type == V4L2_EVENT_SOURCE_CHANGE;
  }
  return changed;
}

/* ---- looking, without touching ---- */

static gboolean
absent (R58Signal *signal, const gchar *reason)
{
  signal->present = FALSE;
  signal->reason = reason;
  return TRUE;
}

static void
use_timings (R58Signal *signal, const struct v4l2_bt_timings *bt)
{
  signal->width = bt->width;
  signal->height = bt->height;
  signal->interlaced = bt->interlaced != 0;
  if (bt->pixelclock)
    gst_video_guess_framerate (gst_util_uint64_scale ((guint64) V4L2_DV_BT_FRAME_WIDTH (bt) *
            V4L2_DV_BT_FRAME_HEIGHT (bt), GST_SECOND, bt->pixelclock), &signal->fps_n, &signal->fps_d);
}

/* TRUE when timings decide: read, or absent for a reason. FALSE when this descriptor knows none. */
static gboolean
probe_timings (R58Node *node, gint fd, gulong request, R58Signal *signal, gboolean *gone)
{
  struct v4l2_dv_timings timings = {0};
  if (control (fd, request, &timings) == 0) {
    if (timings.bt.width == 0 || timings.bt.height == 0)
      return absent (signal, "no-size");
    node->timings = timings;
    signal->present = TRUE;
    use_timings (signal, &timings.bt);
    return TRUE;
  }
  switch (errno) {
    case ENODEV:
      *gone = TRUE;
      return TRUE;
    case ENOLINK:
      return absent (signal, "no-link");
    case ENOLCK:
      return absent (signal, "no-lock");
    case ERANGE:
      return absent (signal, "out-of-range");
    default:
      return FALSE;
  }
}

/* A bridge without timings tells the size on its pad 0; the video node keeps a stale one (or none) meanwhile. */
static void
probe_subdev_format (R58Node *node, R58Signal *signal, gboolean *gone)
{
  struct v4l2_subdev_format format = {.which = V4L2_SUBDEV_FORMAT_ACTIVE};
  struct v4l2_subdev_frame_interval interval = {0};
  if (control (node->subdev_fd, VIDIOC_SUBDEV_G_FMT, &format) < 0) {
    *gone = errno == ENODEV;
    absent (signal, "no-size");
    return;
  }
  signal->width = format.format.width;
  signal->height = format.format.height;
  signal->present = signal->width > 0 && signal->height > 0;
  signal->reason = signal->present ? NULL : "no-size";
  if (control (node->subdev_fd, VIDIOC_SUBDEV_G_FRAME_INTERVAL, &interval) == 0 && interval.interval.numerator) {
    signal->fps_n = (gint) interval.interval.denominator;
    signal->fps_d = (gint) interval.interval.numerator;
  }
}

static guint32
pixel_width (R58Node *node, const struct v4l2_format *f)
{
  return node->type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? f->fmt.pix.width : f->fmt.pix_mp.width;
}

static guint32
pixel_height (R58Node *node, const struct v4l2_format *f)
{
  return node->type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? f->fmt.pix.height : f->fmt.pix_mp.height;
}

/* Cameras and plain grabbers: the format in force is the signal, unless the input says that nothing is there. */
static void
probe_format (R58Node *node, R58Signal *signal, gboolean *gone)
{
  struct v4l2_format format = {.type = node->type};
  struct v4l2_streamparm parm = {.type = node->type};
  struct v4l2_input input = {0};
  if (control (node->fd, VIDIOC_G_FMT, &format) < 0) {
    *gone = errno == ENODEV;
    absent (signal, "no-size");
    return;
  }
  if (control (node->fd, VIDIOC_G_INPUT, &input.index) == 0 && control (node->fd, VIDIOC_ENUMINPUT, &input) == 0 &&
      (input.status & (V4L2_IN_ST_NO_POWER | V4L2_IN_ST_NO_SIGNAL))) {
    absent (signal, "no-link");
    return;
  }
  signal->width = pixel_width (node, &format);
  signal->height = pixel_height (node, &format);
  signal->present = signal->width > 0 && signal->height > 0;
  signal->reason = signal->present ? NULL : "no-size";
  struct v4l2_fract *frame = &parm.parm.capture.timeperframe;
  if (control (node->fd, VIDIOC_G_PARM, &parm) == 0 && frame->numerator) {
    signal->fps_n = (gint) frame->denominator;
    signal->fps_d = (gint) frame->numerator;
  }
}

gboolean
r58_node_probe (R58Node *node, R58Signal *signal)
{
  gboolean gone = FALSE;
  *signal = (R58Signal){.fps_n = 0, .fps_d = 1};
  node->has_timings = probe_timings (node, node->fd, VIDIOC_QUERY_DV_TIMINGS, signal, &gone);
  node->subdev_timings = FALSE;
  if (node->has_timings)
    return !gone;
  if (node->subdev_fd < 0) {
    probe_format (node, signal, &gone);
  } else {
    node->subdev_timings = probe_timings (node, node->subdev_fd, VIDIOC_SUBDEV_QUERY_DV_TIMINGS, signal, &gone);
    if (!node->subdev_timings)
      probe_subdev_format (node, signal, &gone);
  }
  return !gone;
}

/* ---- streaming ---- */

static void
ring_unref (Ring *ring)
{
  if (!g_atomic_int_dec_and_test (&ring->refs))
    return;
  for (guint i = 0; i < ring->count; i++)
    munmap (ring->slots[i].data, ring->slots[i].length);
  g_mutex_clear (&ring->lock);
  g_free (ring);
}

static gboolean
enqueue (gint fd, guint32 type, guint index)
{
  struct v4l2_plane plane = {0};
  struct v4l2_buffer buffer = {.type = type, .memory = V4L2_MEMORY_MMAP, .index = index};
  if (V4L2_TYPE_IS_MULTIPLANAR (type)) {
    buffer.m.planes = &plane;
    buffer.length = 1;
  }
  return control (fd, VIDIOC_QBUF, &buffer) == 0;
}

/* The last user of a frame's memory is done with it. */
static void
release (gpointer data)
{
  Slot *slot = data;
  Ring *ring = slot->ring;
  g_mutex_lock (&ring->lock);
  /* A driver that does not take its buffer back runs dry, which shows as a stall. */
  if (ring->fd >= 0)
    enqueue (ring->fd, ring->type, slot->index);
  g_mutex_unlock (&ring->lock);
  ring_unref (ring);
}

static gchar *
map_buffers (R58Node *node)
{
  struct v4l2_requestbuffers request = {.type = node->type, .memory = V4L2_MEMORY_MMAP, .count = BUFFERS};
  if (control (node->fd, VIDIOC_REQBUFS, &request) < 0)
    return g_strdup_printf ("no buffers: %s", g_strerror (errno));
  Ring *ring = node->ring = g_new0 (Ring, 1);
  ring->refs = 1;
  ring->fd = node->fd;
  ring->type = node->type;
  g_mutex_init (&ring->lock);
  for (guint i = 0; i < MIN (request.count, BUFFERS); i++) {
    struct v4l2_plane plane = {0};
    struct v4l2_buffer buffer = {.type = node->type, .memory = V4L2_MEMORY_MMAP, .index = i};
    gboolean planes = V4L2_TYPE_IS_MULTIPLANAR (node->type);
    if (planes) {
      buffer.m.planes = &plane;
      buffer.length = 1;
    }
    if (control (node->fd, VIDIOC_QUERYBUF, &buffer) < 0)
      return g_strdup_printf ("no buffer %u: %s", i, g_strerror (errno));
    Slot *slot = &ring->slots[i];
    *slot = (Slot){.ring = ring, .index = i, .length = planes ? plane.length : buffer.length};
    if (slot->length < node->frame_size)
      return g_strdup_printf ("a frame needs %" G_GSIZE_FORMAT " bytes, buffer %u has %" G_GSIZE_FORMAT,
          node->frame_size, i, slot->length);
    slot->data = mmap (NULL, slot->length, PROT_READ, MAP_SHARED, node->fd, planes ? plane.m.mem_offset :
        buffer.m.offset);
    if (slot->data == MAP_FAILED)
      return g_strdup_printf ("buffer %u cannot be mapped: %s", i, g_strerror (errno));
    ring->count = i + 1;
    if (!enqueue (node->fd, node->type, i))
      return g_strdup_printf ("buffer %u is refused: %s", i, g_strerror (errno));
  }
  return ring->count < 2 ? g_strdup ("fewer than two buffers") : NULL;
}

static gint
format_of (guint32 fourcc)
{
  for (guint i = 0; i < G_N_ELEMENTS (FORMATS); i++)
    if (FORMATS[i].fourcc == fourcc)
      return (gint) i;
  return -1;
}

/* Bit i: the device offers FORMATS[i] now (what it offers may follow the signal). */
static guint
offered (R58Node *node)
{
  guint found = 0;
  /* No driver lists more; an endless list must not block us. */
  for (guint i = 0; i < 256; i++) {
    struct v4l2_fmtdesc description = {.type = node->type, .index = i};
    if (control (node->fd, VIDIOC_ENUM_FMT, &description) < 0)
      break;
    gint known = format_of (description.pixelformat);
    if (known >= 0)
      found |= 1u << known;
  }
  return found;
}

static void
set_pixels (R58Node *node, struct v4l2_format *f, guint width, guint height, guint32 fourcc)
{
  if (node->type == V4L2_BUF_TYPE_VIDEO_CAPTURE) {
    f->fmt.pix = (struct v4l2_pix_format){.width = width, .height = height, .pixelformat = fourcc,
        .field = V4L2_FIELD_NONE};
  } else {
    f->fmt.pix_mp = (struct v4l2_pix_format_mplane){.width = width, .height = height, .pixelformat = fourcc,
        .field = V4L2_FIELD_NONE, .num_planes = 1};
  }
}

/* Picks the first format that the device really takes; its answer is what counts. */
static gchar *
negotiate (R58Node *node, guint width, guint height, const gchar *wanted, struct v4l2_format *taken)
{
  guint choice = offered (node);
  if (choice == 0)
    return g_strdup ("it offers none of NV12, YU12, NV16, UYVY, YUYV, NV24, BGR3");
  for (guint i = 0; i < G_N_ELEMENTS (FORMATS); i++) {
    if (!(choice & (1u << i)) || (wanted && strcmp (wanted, FORMATS[i].name) != 0))
      continue;
    *taken = (struct v4l2_format){.type = node->type};
    set_pixels (node, taken, width, height, FORMATS[i].fourcc);
    if (control (node->fd, VIDIOC_S_FMT, taken) < 0)
      continue;
    guint32 fourcc = node->type == V4L2_BUF_TYPE_VIDEO_CAPTURE ? taken->fmt.pix.pixelformat :
        taken->fmt.pix_mp.pixelformat;
    if (format_of (fourcc) >= 0)
      return NULL;
  }
  return g_strdup_printf ("it takes no format for %ux%u%s%s", width, height, wanted ? " as " : "",
      wanted ? wanted : "");
}

/* How the driver made YCbCr of what it saw. `digital`: it comes over HDMI or SDI, whose drivers say sRGB or nothing of any
 * signal; there CTA-861 §5.1 decides by the size. Of cameras sRGB means sRGB: V4L2 and UVC 1.5 §3.9.2.6 make YCbCr of it by
 * BT.601, whatever the size. */
static gboolean
made_by_bt601 (guint height, gboolean digital, guint32 colorspace, guint32 encoding)
{
  if (encoding == V4L2_YCBCR_ENC_DEFAULT && colorspace == V4L2_COLORSPACE_DEFAULT && !digital)
    colorspace = V4L2_COLORSPACE_SRGB;
  if (encoding == V4L2_YCBCR_ENC_DEFAULT && digital &&
      (colorspace == V4L2_COLORSPACE_DEFAULT || colorspace == V4L2_COLORSPACE_SRGB))
    return height < 720;
  if (encoding == V4L2_YCBCR_ENC_DEFAULT)
    encoding = V4L2_MAP_YCBCR_ENC_DEFAULT (colorspace);
  return encoding == V4L2_YCBCR_ENC_601 || encoding == V4L2_YCBCR_ENC_XV601;
}

static void
set_colours (GstVideoInfo *info, gboolean digital, guint32 colorspace, guint32 encoding, guint32 quantization)
{
  /* Where cameras put it; the default would differ between SD and HD. */
  info->chroma_site = GST_VIDEO_INFO_IS_RGB (info) ? GST_VIDEO_CHROMA_SITE_UNKNOWN : GST_VIDEO_CHROMA_SITE_MPEG2;
  if (GST_VIDEO_INFO_IS_RGB (info)) {
    gst_video_colorimetry_from_string (&info->colorimetry, GST_VIDEO_COLORIMETRY_SRGB);
    return;
  }
  gboolean bt601 = made_by_bt601 (info->height, digital, colorspace, encoding);
  gboolean sd = colorspace == V4L2_COLORSPACE_SMPTE170M || colorspace == V4L2_COLORSPACE_470_SYSTEM_BG ||
      (bt601 && digital);
  gst_video_colorimetry_from_string (&info->colorimetry, sd ? GST_VIDEO_COLORIMETRY_BT601 : GST_VIDEO_COLORIMETRY_BT709);
  info->colorimetry.matrix = bt601 ? GST_VIDEO_COLOR_MATRIX_BT601 : GST_VIDEO_COLOR_MATRIX_BT709;
  if (quantization == V4L2_QUANTIZATION_FULL_RANGE ||
      (quantization == V4L2_QUANTIZATION_DEFAULT && colorspace == V4L2_COLORSPACE_JPEG))
    info->colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255;
}

/* Rows and sizes as the driver says, checked: one driver gave UYVY rows of half their length, and every frame after it
 * was an error. */
static gchar *
lay_out (R58Node *node, const struct v4l2_format *f, GstVideoInfo *info)
{
  guint stride, size, fourcc, field, colorspace, encoding, quantization;
  if (node->type == V4L2_BUF_TYPE_VIDEO_CAPTURE) {
    const struct v4l2_pix_format *p = &f->fmt.pix;
    stride = p->bytesperline, size = p->sizeimage, fourcc = p->pixelformat, field = p->field;
    colorspace = p->colorspace, encoding = p->ycbcr_enc, quantization = p->quantization;
  } else {
    const struct v4l2_pix_format_mplane *p = &f->fmt.pix_mp;
    if (p->num_planes != 1)
      return g_strdup_printf ("%u memory planes where one is expected", p->num_planes);
    stride = p->plane_fmt[0].bytesperline, size = p->plane_fmt[0].sizeimage, fourcc = p->pixelformat, field = p->field;
    colorspace = p->colorspace, encoding = p->ycbcr_enc, quantization = p->quantization;
  }
  gint known = format_of (fourcc);
  guint width = pixel_width (node, f), height = pixel_height (node, f);
  guint row = width * FORMATS[known].bytes;
  if (field != V4L2_FIELD_NONE && field != V4L2_FIELD_ANY)
    return g_strdup ("interlaced pictures are not supported");
  if (stride < row || stride > row * 8 + 4096)
    return g_strdup_printf ("rows of %u bytes cannot hold %u pixels of %s", stride, width, FORMATS[known].name);
  node->frame_size = (gsize) stride * height * FORMATS[known].halves / 2;
  if (size < node->frame_size)
    return g_strdup_printf ("%u bytes cannot hold %u rows of %u bytes of %s", size, height, stride,
        FORMATS[known].name);

  gst_video_info_set_format (info, FORMATS[known].format, width, height);
  gsize luma = (gsize) stride * height;
  gboolean planar = info->finfo->format == GST_VIDEO_FORMAT_I420;
  info->stride[0] = (gint) stride;
  info->offset[0] = 0;
  /* Semi-planar chroma rows are as long as luma rows (4:4:4: twice), planar 4:2:0 half of it. */
  for (guint plane = 1; plane < GST_VIDEO_INFO_N_PLANES (info); plane++) {
    info->stride[plane] = (gint) (planar ? stride / 2 : stride * (FORMATS[known].halves == 6 ? 2 : 1));
    info->offset[plane] = luma + (plane == 2 ? (gsize) stride / 2 * (height / 2) : 0);
  }
  info->size = node->frame_size;
  set_colours (info, node->has_timings || node->subdev_fd >= 0, colorspace, encoding, quantization);
  return NULL;
}

static gchar *
start (R58Node *node, R58Signal *signal, const gchar *format, guint width, guint height, GstVideoInfo *info)
{
  if (signal->interlaced)
    return g_strdup ("interlaced pictures are not supported");
  /* Some drivers follow their input by themselves and only tell. */
  if (node->has_timings && control (node->fd, VIDIOC_S_DV_TIMINGS, &node->timings) < 0 && errno != ENOTTY)
    return g_strdup_printf ("timings refused: %s", g_strerror (errno));
  gboolean fixed = node->has_timings || node->subdev_fd >= 0;
  struct v4l2_format taken;
  gchar *why = negotiate (node, fixed || !width ? signal->width : width, fixed || !height ? signal->height : height,
      format, &taken);
  if (why)
    return why;
  guint got_width = pixel_width (node, &taken), got_height = pixel_height (node, &taken);
  if (fixed && (got_width != signal->width || got_height != signal->height))
    return g_strdup_printf ("the signal is %ux%u, the driver makes %ux%u of it", signal->width, signal->height,
        got_width, got_height);
  signal->width = got_width;
  signal->height = got_height;
  if ((why = lay_out (node, &taken, info)) || (why = map_buffers (node)))
    return why;
  gint type = (gint) node->type;
  return control (node->fd, VIDIOC_STREAMON, &type) < 0 ? g_strdup_printf ("no stream: %s", g_strerror (errno)) : NULL;
}

gboolean
r58_node_start (R58Node *node, R58Signal *signal, const gchar *format, guint width, guint height, GstVideoInfo *info,
    gchar **why)
{
  *why = start (node, signal, format, width, height, info);
  if (*why)
    r58_node_stop (node);
  return *why == NULL;
}

void
r58_node_stop (R58Node *node)
{
  Ring *ring = node->ring;
  if (!ring)
    return;
  node->ring = NULL;
  g_mutex_lock (&ring->lock);
  ring->fd = -1;
  g_mutex_unlock (&ring->lock);
  gint type = (gint) node->type;
  control (node->fd, VIDIOC_STREAMOFF, &type);
  ring_unref (ring);
  /* Frames that are still out keep their memory: since Linux 4.20 it is orphaned, not in the way. */
  struct v4l2_requestbuffers none = {.type = node->type, .memory = V4L2_MEMORY_MMAP, .count = 0};
  control (node->fd, VIDIOC_REQBUFS, &none);
}

R58Dequeued
r58_node_dequeue (R58Node *node, R58Frame *frame)
{
  struct v4l2_plane plane = {0};
  struct v4l2_buffer buffer = {.type = node->type, .memory = V4L2_MEMORY_MMAP};
  gboolean planes = V4L2_TYPE_IS_MULTIPLANAR (node->type);
  if (planes) {
    buffer.m.planes = &plane;
    buffer.length = 1;
  }
  if (control (node->fd, VIDIOC_DQBUF, &buffer) < 0)
    return errno == EAGAIN ? R58_NOTHING : errno == ENODEV ? R58_GONE : R58_FAILED;
  Ring *ring = node->ring;
  if (buffer.index >= ring->count)
    return R58_FAILED;
  guint used = planes ? plane.bytesused : buffer.bytesused;
  frame->sequence = buffer.sequence;
  if ((buffer.flags & V4L2_BUF_FLAG_ERROR) || used < node->frame_size) {
    enqueue (node->fd, node->type, buffer.index);
    return R58_DAMAGED;
  }
  frame->at = (buffer.flags & V4L2_BUF_FLAG_TIMESTAMP_MASK) == V4L2_BUF_FLAG_TIMESTAMP_MONOTONIC ?
      GST_TIMEVAL_TO_TIME (buffer.timestamp) : GST_CLOCK_TIME_NONE;
  Slot *slot = &ring->slots[buffer.index];
  g_atomic_int_inc (&ring->refs);
  frame->memory = gst_memory_new_wrapped (GST_MEMORY_FLAG_READONLY, slot->data, slot->length, 0, node->frame_size,
      slot, release);
  return R58_DEQUEUED;
}
