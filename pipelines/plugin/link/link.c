#include "link/link.h"

GType
r58_link_mode_get_type (void)
{
  static const GEnumValue values[] = {
    {R58_LINK_RAW, "Raw frames or sound blocks, the newest matters", "raw"},
    {R58_LINK_ENCODED, "Encoded units, every one matters", "encoded"},
    {0, NULL, NULL},
  };
  static gsize type;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("R58LinkMode", values));
  return type;
}

GType
r58_link_start_get_type (void)
{
  static const GEnumValue values[] = {
    {R58_LINK_START_LIVE, "From the next unit on, and with a key frame soon", "live"},
    {R58_LINK_START_KEY, "From the last key frame the writer keeps", "key"},
    {R58_LINK_START_PTS, "From the first key frame at or after start-pts", "pts"},
    {0, NULL, NULL},
  };
  static gsize type;
  if (g_once_init_enter (&type))
    g_once_init_leave (&type, g_enum_register_static ("R58LinkStart", values));
  return type;
}
