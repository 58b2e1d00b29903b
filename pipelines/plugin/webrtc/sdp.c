#include "webrtc/sdp.h"

#include <stdlib.h>
#include <string.h>

#include "webrtc/twcc.h"

void
r58_sdp_each_ssrc (const GstSDPMessage *sdp, R58Gate *gate, void (*call) (R58Gate *gate, guint32 ssrc))
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
    const gchar *value;
    for (guint n = 0; (value = gst_sdp_media_get_attribute_val_n (media, "ssrc", n)); n++)
      call (gate, strtoul (value, NULL, 10));
  }
}

gboolean
r58_sdp_is_audio (const GstSDPMessage *sdp, guint ssrc)
{
  gchar *prefix = g_strdup_printf ("%u ", ssrc);
  gboolean found = FALSE;
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp) && !found; i++) {
    const GstSDPMedia *media = gst_sdp_message_get_media (sdp, i);
    const gchar *value;
    for (guint n = 0; !found && (value = gst_sdp_media_get_attribute_val_n (media, "ssrc", n)); n++)
      found = g_str_has_prefix (value, prefix) && g_strcmp0 (gst_sdp_media_get_media (media), "audio") == 0;
  }
  g_free (prefix);
  return found;
}

gint
r58_sdp_line_of (const GstSDPMessage *sdp, R58Kind kind)
{
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp); i++)
    if (g_strcmp0 (gst_sdp_media_get_media (gst_sdp_message_get_media (sdp, i)), r58_kind_name (kind)) == 0)
      return i;
  return -1;
}

/* Id of a header extension the line offers, 0 when it does not. */
static guint
extension_id (const GstSDPMedia *media, const gchar *uri)
{
  guint id = 0;
  for (guint i = 0; i < gst_sdp_media_attributes_len (media) && !id; i++) {
    const GstSDPAttribute *attribute = gst_sdp_media_get_attribute (media, i);
    gchar **parts = g_strcmp0 (attribute->key, "extmap") == 0 ? g_strsplit (attribute->value, " ", 2) : NULL;
    if (parts && parts[0] && g_strcmp0 (parts[1], uri) == 0)
      id = CLAMP (atoi (parts[0]), 0, 14);
    g_strfreev (parts);
  }
  return id;
}

guint
r58_sdp_extension (const GstSDPMessage *sdp, const gchar *uri)
{
  guint id = 0;
  for (guint i = 0; i < gst_sdp_message_medias_len (sdp) && !id; i++)
    id = extension_id (gst_sdp_message_get_media (sdp, i), uri);
  return id;
}

GstCaps *
r58_sdp_preference (const GstSDPMessage *offer, guint line)
{
  static const gchar *uris[] = { R58_TWCC_URI, R58_SEND_TIME_URI };
  if (line >= gst_sdp_message_medias_len (offer))
    return NULL;
  const GstSDPMedia *media = gst_sdp_message_get_media (offer, line);
  const gchar *format = gst_sdp_media_get_format (media, 0);
  GstCaps *caps = format ? gst_sdp_media_get_caps_from_media (media, atoi (format)) : NULL;
  if (!caps)
    return NULL;
  GstStructure *s = gst_caps_get_structure (caps, 0);
  gst_structure_set_name (s, "application/x-rtp");
  for (guint i = 0; i < G_N_ELEMENTS (uris); i++) {
    gchar *field = g_strdup_printf ("extmap-%u", extension_id (media, uris[i]));
    if (!g_str_has_suffix (field, "-0"))
      gst_structure_set (s, field, G_TYPE_STRING, uris[i], NULL);
    g_free (field);
  }
  return caps;
}

gchar *
r58_sdp_with_candidates (const gchar *sdp, const gchar *candidates)
{
  const gchar *first = strstr (sdp, "\r\nm=");
  const gchar *second = first ? strstr (first + 4, "\r\nm=") : NULL;
  gsize head = second ? (gsize) (second + 2 - sdp) : strlen (sdp);
  return g_strdup_printf ("%.*s%s%s", (gint) head, sdp, candidates, sdp + head);
}
