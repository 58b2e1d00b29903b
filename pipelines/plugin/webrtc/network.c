#include "webrtc/network.h"

#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>

#include "common/element.h"

/* An answer waits this long for what servers say; RFC 9725 clients give a POST 8 s in all (OBS). */
#define GATHER_MS_DEFAULT 1000
#define GATHER_MS_MOST 5000
/* A check every 50 ms (RFC 8445 §14.2), and each pair is tried four times in 4 s: little is sent to addresses that a peer
 * names, whoever owns them. On an established connection consent is checked as often as libnice does. */
#define PACING_MS 50
#define TRIES 4
#define TRIES_CONNECTED 7
#define ADDRESSES_MAX 16
#define SERVERS_MAX 8

typedef struct {
  const gchar *address, *username, *password;
  guint port;
  gboolean tcp;
} Relay;

struct _R58Network {
  JsonObject *o; /* holds the strings below */
  guint addresses, relays;
  NiceAddress address[ADDRESSES_MAX]; /* none = every one of the machine */
  Relay relay[SERVERS_MAX];
  const gchar *stun_address;
  guint stun_port, min_port, max_port, gather_ms;
  gboolean relay_only, tcp;
};

static JsonArray *
member_array (JsonObject *o, const gchar *key)
{
  JsonNode *node = json_object_get_member (o, key);
  return node && JSON_NODE_HOLDS_ARRAY (node) ? json_node_get_array (node) : NULL;
}

static JsonObject *
member_object (JsonObject *o, const gchar *key)
{
  JsonNode *node = json_object_get_member (o, key);
  return node && JSON_NODE_HOLDS_OBJECT (node) ? json_node_get_object (node) : NULL;
}

static gboolean
is_address (const gchar *text)
{
  NiceAddress address;
  return text && nice_address_set_from_string (&address, text);
}

static gboolean
read_relays (R58Network *network, JsonArray *array)
{
  for (guint i = 0; array && i < json_array_get_length (array) && i < SERVERS_MAX; i++) {
    JsonNode *node = json_array_get_element (array, i);
    if (!JSON_NODE_HOLDS_OBJECT (node))
      return FALSE;
    JsonObject *o = json_node_get_object (node);
    Relay relay = { r58_member_string (o, "address", NULL), r58_member_string (o, "username", NULL),
      r58_member_string (o, "password", NULL), r58_member_int (o, "port", 0), r58_member_bool (o, "tcp", FALSE) };
    if (!is_address (relay.address) || !relay.username || !relay.password || relay.port < 1 || relay.port > 65535)
      return FALSE;
    network->relay[network->relays++] = relay;
  }
  return TRUE;
}

static gboolean
read_addresses (R58Network *network, JsonArray *array)
{
  for (guint i = 0; array && i < json_array_get_length (array) && i < ADDRESSES_MAX; i++) {
    JsonNode *node = json_array_get_element (array, i);
    const gchar *text = JSON_NODE_HOLDS_VALUE (node) ? json_node_get_string (node) : NULL;
    NiceAddress *address = &network->address[network->addresses];
    nice_address_init (address);
    if (!text || !nice_address_set_from_string (address, text))
      return FALSE;
    network->addresses++;
  }
  return TRUE;
}

R58Network *
r58_network_new (JsonObject *o, const gchar **wrong)
{
  R58Network *network = g_new0 (R58Network, 1);
  network->max_port = 65535;
  network->gather_ms = GATHER_MS_DEFAULT;
  if (!o)
    return network;
  network->o = json_object_ref (o);
  JsonObject *stun = member_object (o, "stun");
  network->stun_address = stun ? r58_member_string (stun, "address", NULL) : NULL;
  network->stun_port = stun ? r58_member_int (stun, "port", 3478) : 0;
  network->min_port = r58_member_int (o, "minPort", 0);
  network->max_port = r58_member_int (o, "maxPort", 65535);
  network->gather_ms = r58_member_int (o, "gatherMs", GATHER_MS_DEFAULT);
  network->relay_only = g_strcmp0 (r58_member_string (o, "policy", "all"), "relay") == 0;
  network->tcp = r58_member_bool (o, "tcp", FALSE);
  if (!read_addresses (network, member_array (o, "addresses")))
    *wrong = "network.addresses must be IP addresses";
  else if (!read_relays (network, member_array (o, "turn")))
    *wrong = "network.turn must be objects of address, port, username, password and tcp";
  else if (stun && (!is_address (network->stun_address) || network->stun_port < 1 || network->stun_port > 65535))
    *wrong = "network.stun must have an IP address and a port";
  else if (network->max_port > 65535 || network->min_port > network->max_port)
    *wrong = "network.minPort and maxPort must be ports in order";
  else if (network->gather_ms > GATHER_MS_MOST)
    *wrong = "network.gatherMs must be 0 to 5000";
  else
    return network;
  r58_network_free (network);
  return NULL;
}

void
r58_network_free (R58Network *network)
{
  if (network->o)
    json_object_unref (network->o);
  g_free (network);
}

/* Every address of this machine but link-local ones; loopback too, so that peers on the machine itself work. */
static void
add_all_addresses (NiceAgent *agent)
{
  struct ifaddrs *all, *i;
  guint added = 0;
  if (getifaddrs (&all) != 0)
    return;
  for (i = all; i && added < ADDRESSES_MAX; i = i->ifa_next) {
    if (!i->ifa_addr || !(i->ifa_flags & IFF_UP))
      continue;
    gint family = i->ifa_addr->sa_family;
    if (family == AF_INET) {
      guint32 ip = ntohl (((struct sockaddr_in *) i->ifa_addr)->sin_addr.s_addr);
      if (ip >> 16 == 0xa9fe)
        continue;
    } else if (family == AF_INET6) {
      struct in6_addr *ip = &((struct sockaddr_in6 *) i->ifa_addr)->sin6_addr;
      if (IN6_IS_ADDR_LINKLOCAL (ip) || IN6_IS_ADDR_LOOPBACK (ip))
        continue;
    } else {
      continue;
    }
    NiceAddress address;
    nice_address_init (&address);
    nice_address_set_from_sockaddr (&address, i->ifa_addr);
    nice_address_set_port (&address, 0);
    added += nice_agent_add_local_address (agent, &address);
  }
  freeifaddrs (all);
}

void
r58_network_prepare (const R58Network *network, GObject *ice, NiceAgent *agent)
{
  g_object_set (ice, "ice-tcp", network->tcp, "min-rtp-port", network->min_port, "max-rtp-port", network->max_port, NULL);
  g_object_set (agent, "upnp", FALSE, "keepalive-conncheck", TRUE, "force-relay", network->relay_only,
      "stun-pacing-timer", PACING_MS, "stun-max-retransmissions", TRIES, NULL);
  if (network->stun_address)
    g_object_set (agent, "stun-server", network->stun_address, "stun-server-port", network->stun_port, NULL);
  for (guint i = 0; i < network->addresses; i++) {
    NiceAddress address = network->address[i];
    nice_agent_add_local_address (agent, &address);
  }
  if (network->addresses == 0)
    add_all_addresses (agent);
}

void
r58_network_connected (NiceAgent *agent)
{
  g_object_set (agent, "stun-max-retransmissions", TRIES_CONNECTED, NULL);
}

void
r58_network_relays (const R58Network *network, NiceAgent *agent, guint stream)
{
  for (guint i = 0; i < network->relays; i++) {
    const Relay *relay = &network->relay[i];
    nice_agent_set_relay_info (agent, stream, NICE_COMPONENT_TYPE_RTP, relay->address, relay->port, relay->username,
        relay->password, relay->tcp ? NICE_RELAY_TYPE_TURN_TCP : NICE_RELAY_TYPE_TURN_UDP);
  }
}

guint
r58_network_gather_ms (const R58Network *network)
{
  return network->gather_ms;
}

/* ---- the outcome ---- */

void
r58_network_add_candidate (JsonBuilder *b, const gchar *key, NiceCandidate *c)
{
  static const gchar *types[] = { "host", "srflx", "prflx", "relay" };
  gchar address[NICE_ADDRESS_STRING_LEN];
  nice_address_to_string (&c->addr, address);
  if (key)
    json_builder_set_member_name (b, key);
  json_builder_begin_object (b);
  r58_json_string (b, "type", c->type < G_N_ELEMENTS (types) ? types[c->type] : "unknown");
  r58_json_string (b, "transport", c->transport == NICE_CANDIDATE_TRANSPORT_UDP ? "udp" : "tcp");
  r58_json_string (b, "address", address);
  r58_json_int (b, "port", nice_address_get_port (&c->addr));
  json_builder_end_object (b);
}

static void
add_candidates (JsonBuilder *b, const gchar *key, GSList *candidates)
{
  json_builder_set_member_name (b, key);
  json_builder_begin_array (b);
  for (GSList *l = candidates; l; l = l->next)
    r58_network_add_candidate (b, NULL, l->data);
  json_builder_end_array (b);
  g_slist_free_full (candidates, (GDestroyNotify) nice_candidate_free);
}

void
r58_network_report (JsonBuilder *b, NiceAgent *agent, guint stream, NiceCandidate *local, NiceCandidate *remote,
    const gchar *dtls)
{
  json_builder_set_member_name (b, "connection");
  json_builder_begin_object (b);
  add_candidates (b, "local", nice_agent_get_local_candidates (agent, stream, NICE_COMPONENT_TYPE_RTP));
  add_candidates (b, "remote", nice_agent_get_remote_candidates (agent, stream, NICE_COMPONENT_TYPE_RTP));
  json_builder_set_member_name (b, "pair");
  if (local && remote) {
    json_builder_begin_object (b);
    r58_network_add_candidate (b, "local", local);
    r58_network_add_candidate (b, "remote", remote);
    json_builder_end_object (b);
  } else {
    json_builder_add_null_value (b);
  }
  NiceComponentState state = nice_agent_get_component_state (agent, stream, NICE_COMPONENT_TYPE_RTP);
  r58_json_string (b, "ice", nice_component_state_to_string (state));
  r58_json_string (b, "dtls", dtls);
  json_builder_end_object (b);
}
