#include "webrtc/certificate.h"

#include <string.h>

/* SHA-256 of the certificate as an SDP fingerprint (RFC 8122 §5), upper case, or NULL. */
static gchar *
fingerprint_of (const gchar *pem)
{
  const gchar *begin = pem ? strstr (pem, "-----BEGIN CERTIFICATE-----") : NULL;
  const gchar *end = begin ? strstr (begin, "-----END CERTIFICATE-----") : NULL;
  if (!end)
    return NULL;
  begin += strlen ("-----BEGIN CERTIFICATE-----");
  gchar *base64 = g_strndup (begin, end - begin);
  gsize length;
  guchar *der = g_base64_decode (base64, &length);
  g_free (base64);
  GChecksum *sum = g_checksum_new (G_CHECKSUM_SHA256);
  g_checksum_update (sum, der, length);
  g_free (der);
  guint8 digest[32];
  gsize size = sizeof digest;
  g_checksum_get_digest (sum, digest, &size);
  g_checksum_free (sum);
  GString *text = g_string_new ("SHA-256 ");
  for (gsize i = 0; i < size; i++)
    g_string_append_printf (text, i ? ":%02X" : "%02X", digest[i]);
  return g_string_free (text, FALSE);
}

gboolean
r58_certificate_matches (const gchar *pem, const gchar *fingerprints)
{
  gchar *seen = fingerprint_of (pem);
  gboolean matches = FALSE;
  gchar **wanted = g_strsplit_set (fingerprints, ",\n", -1);
  for (gchar **w = wanted; seen && *w && !matches; w++)
    matches = g_ascii_strcasecmp (g_strstrip (*w), seen) == 0;
  g_strfreev (wanted);
  g_free (seen);
  return matches;
}
