/* A link's reader told anything by its writer: messages as they are, with the descriptors that may come along. */
#include "link/reader.c"

#include "fuzz.h"

#define KEPT 4

typedef enum { PLAIN, SEALED, UNSEALED, TWO, ORDINARY, LET_GO, KINDS } Kind;

static gint
slot_memory (gsize size, gboolean sealed)
{
  gint fd = memfd_create ("fuzz", MFD_CLOEXEC | MFD_ALLOW_SEALING);
  MUST (fd >= 0 && ftruncate (fd, size) == 0, "memfd");
  if (sealed)
    fcntl (fd, F_ADD_SEALS, F_SEAL_SHRINK);
  return fd;
}

static void
tell (gint to, Kind kind, gsize memory, const guint8 *data, gsize size)
{
  gint fds[2], n = kind == PLAIN ? 0 : kind == TWO ? 2 : 1;
  for (gint i = 0; i < n; i++)
    fds[i] = kind == ORDINARY ? dup (0) : slot_memory (memory, kind != UNSEALED);
  gchar control[CMSG_SPACE (sizeof fds)] __attribute__ ((aligned (8))) = { 0 };
  struct iovec part = { (gpointer) data, size };
  struct msghdr message = { .msg_iov = &part, .msg_iovlen = 1 };
  if (n) {
    message.msg_control = control;
    message.msg_controllen = CMSG_SPACE (n * sizeof (gint));
    struct cmsghdr *c = CMSG_FIRSTHDR (&message);
    c->cmsg_level = SOL_SOCKET;
    c->cmsg_type = SCM_RIGHTS;
    c->cmsg_len = CMSG_LEN (n * sizeof (gint));
    memcpy (CMSG_DATA (c), fds, n * sizeof (gint));
  }
  sendmsg (to, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n > 0)
    close (fds[--n]);
}

/* What is read goes there, so that it is read. */
guint seen;

static void
look_at (GstBuffer *buffer)
{
  GstMapInfo map;
  MUST (gst_buffer_get_size (buffer) <= UNIT_MAX, "%" G_GSIZE_FORMAT " bytes", gst_buffer_get_size (buffer));
  if (!gst_buffer_map (buffer, &map, GST_MAP_READ))
    return;
  for (gsize i = 0; i < map.size; i += 997)
    seen ^= map.data[i];
  if (map.size)
    seen ^= map.data[map.size - 1];
  gst_buffer_unmap (buffer, &map);
}

int
LLVMFuzzerInitialize (int *argc, char ***argv)
{
  fuzz_begin ();
  /* GStreamer complains of caps that are none. */
  g_log_set_always_fatal (G_LOG_FATAL_MASK);
  return 0;
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  Input in = { data, size };
  gint ends[2], first_free = free_descriptor ();
  GstBuffer *kept[KEPT] = { NULL };
  guint n_kept = 0, settings = input_byte (&in);
  MUST (socketpair (AF_UNIX, SOCK_SEQPACKET | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, ends) == 0, "socketpair");
  GstCaps *caps = settings & 4 ? gst_caps_new_empty_simple ("a/b") : NULL;
  R58LinkReader *r = r58_link_reader_new ("nowhere", caps, 2, settings % 3, 0);
  gst_clear_caps (&caps);
  r->wire = g_new0 (Wire, 1);
  *r->wire = (Wire) { 1, ends[0] };
  r->fresh = TRUE;
  while (in.left && r->wire) {
    Kind kind = input_byte (&in) % KINDS;
    gsize memory = input_word (&in) * 16, length = input_word (&in);
    const guint8 *message = input_bytes (&in, &length);
    gchar heard[64];
    if (kind == LET_GO)
      gst_clear_buffer (&kept[memory / 16 % KEPT]);
    else
      tell (ends[1], kind, memory, message, length);
    GstBuffer *buffer;
    while ((buffer = r58_link_reader_read (r))) {
      look_at (buffer);
      gst_clear_buffer (&kept[n_kept % KEPT]);
      kept[n_kept++ % KEPT] = buffer;
    }
    while (recv (ends[1], heard, sizeof heard, 0) > 0);
  }
  r58_link_reader_free (r);
  /* What is kept can be read when the link is gone. */
  for (guint i = 0; i < KEPT; i++)
    if (kept[i])
      look_at (kept[i]);
  for (guint i = 0; i < KEPT; i++)
    gst_clear_buffer (&kept[i]);
  close (ends[1]);
  MUST (free_descriptor () == first_free, "a descriptor was left open");
  return 0;
}
