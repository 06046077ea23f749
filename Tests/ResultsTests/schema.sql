CREATE TABLE model (  -- a network
  model_id INTEGER PRIMARY KEY, -- in the order of the scenario
  name TEXT NOT NULL,           -- its name in the scenario
  origin TEXT NOT NULL,         -- zoo, onnx or costs
  macs INTEGER NOT NULL,        -- multiply-accumulates of one inference; 0 where only costs are known
  parameters INTEGER NOT NULL,  -- weights; 0 where only costs are known
  layers INTEGER NOT NULL       -- how many can be placed
) STRICT;

CREATE TABLE layer (  -- a layer that can be placed: a fused group of operators, or a row of a cost table
  model_id INTEGER NOT NULL REFERENCES model(model_id), -- the network
  layer_index INTEGER NOT NULL,                         -- in topological order, from 0; indexes placement.layer_tiers
  name TEXT NOT NULL,                                   -- of the layer; cuts name it
  operator TEXT NOT NULL,                               -- what it computes
  macs INTEGER NOT NULL,                                -- multiply-accumulates
  parameters INTEGER NOT NULL,                          -- weights
  output_bytes INTEGER NOT NULL,                        -- of all its outputs
  output_shape TEXT NOT NULL,                           -- JSON array of the first output; empty where unknown
  PRIMARY KEY (model_id, layer_index)
) STRICT;

CREATE TABLE node (  -- a machine, or several of one kind
  node_id INTEGER PRIMARY KEY, -- in the order of the scenario
  scenario TEXT NOT NULL,      -- the scenario it belongs to
  name TEXT NOT NULL,          -- its name there
  tier TEXT NOT NULL,          -- device, edge or cloud
  machines INTEGER NOT NULL,   -- how many independent ones
  servers INTEGER NOT NULL,    -- how many requests each can serve at once
  scheduler TEXT NOT NULL,     -- who is served next
  idle_power_w REAL NOT NULL,  -- of one machine without work
  busy_power_w REAL NOT NULL   -- of one machine with every server busy
) STRICT;

CREATE TABLE link (  -- a link between two nodes
  link_id INTEGER PRIMARY KEY,                            -- in the order of the scenario
  scenario TEXT NOT NULL,                                 -- the scenario it belongs to
  name TEXT NOT NULL,                                     -- its name there
  from_node_id INTEGER NOT NULL REFERENCES node(node_id), -- the end nearer to the device
  to_node_id INTEGER NOT NULL REFERENCES node(node_id),   -- the other end
  uplink_mbps REAL NOT NULL,                              -- rate upwards, 10^6 bit/s
  downlink_mbps REAL NOT NULL,                            -- rate downwards, 10^6 bit/s
  rtt_ms REAL NOT NULL,                                   -- round-trip time
  sharing TEXT NOT NULL,                                  -- fair, fifo or wifi
  shared INTEGER NOT NULL                                 -- 1 if all machines of from_node_id share one
) STRICT;

CREATE TABLE source (  -- where requests for a model begin
  source_id INTEGER PRIMARY KEY,                        -- in the order of the scenario's workload
  scenario TEXT NOT NULL,                               -- the scenario it belongs to
  node_id INTEGER NOT NULL REFERENCES node(node_id),    -- where they begin
  model_id INTEGER NOT NULL REFERENCES model(model_id), -- the network they are for
  arrivals TEXT NOT NULL,                               -- kind of the arrival process
  deadline_ms REAL                                      -- from arrival to end; NULL where there is none
) STRICT;

CREATE TABLE placement (  -- a distinct assignment of a source's layers to tiers
  placement_id INTEGER PRIMARY KEY,                        -- in the order of first use
  source_id INTEGER NOT NULL REFERENCES source(source_id), -- whose requests
  model_id INTEGER NOT NULL REFERENCES model(model_id),    -- the network that is placed
  cut TEXT NOT NULL,                                       -- the layers whose outputs leave their tier
  device_layers INTEGER NOT NULL,                          -- layers on the device, inputs not counted
  edge_layers INTEGER NOT NULL,                            -- layers on edge nodes
  cloud_layers INTEGER NOT NULL,                           -- layers in the cloud
  layer_tiers TEXT NOT NULL,                               -- JSON array: the tier of each layer, counted along the path from the device, 0
  boundary_tensors INTEGER NOT NULL,                       -- tensors that leave the tier they were made on
  boundary_bytes INTEGER NOT NULL,                         -- of these tensors, each once
  planned_latency_ms REAL,                                 -- of an isolated request; NULL where not planned
  planned_device_energy_j REAL,                            -- of an isolated request
  optimum_latency_ms REAL,                                 -- least planned latency of all placements of the source
  optimum_device_energy_j REAL                             -- least planned energy of all placements of the source
) STRICT;

CREATE TABLE run (  -- one row per scenario, policy and replication
  run_id INTEGER PRIMARY KEY,      -- in the order they were begun
  scenario TEXT NOT NULL,          -- the scenario's name
  policy TEXT NOT NULL,            -- the policy's label
  policy_spec TEXT NOT NULL,       -- the policy with its parameters
  information_class TEXT NOT NULL, -- what the policy may know: clairvoyant, profiled, estimating or blind
  replication INTEGER NOT NULL,    -- from 0; equal numbers share their random numbers across policies
  seed INTEGER NOT NULL,           -- of the scenario
  status TEXT NOT NULL,            -- running, done or interrupted
  record TEXT NOT NULL,            -- how much is recorded: summary, requests or events
  duration_s REAL NOT NULL,        -- simulated time until arrivals stop, with the warm-up
  warmup_s REAL NOT NULL,          -- simulated time that is not counted
  end_s REAL,                      -- simulated time when the last event was over; NULL until then
  events INTEGER,                  -- how many were simulated; NULL until it ended
  scenario_json TEXT NOT NULL,     -- the scenario with overrides and defaults
  scenario_sha256 TEXT NOT NULL,   -- of scenario_json
  tool_version TEXT NOT NULL,      -- of offloadsim
  host_started TEXT NOT NULL,      -- when it began, UTC
  host_wall_s REAL,                -- real time it took
  host_cpu_s REAL                  -- processor time it took
) STRICT;

CREATE TABLE run_total (  -- a run's figures over all models
  run_id INTEGER NOT NULL REFERENCES run(run_id), -- the run
  requests INTEGER NOT NULL,                      -- arrived in the measured window
  completed INTEGER NOT NULL,                     -- of these, answered
  dropped INTEGER NOT NULL,                       -- of these, turned away
  unfinished INTEGER NOT NULL,                    -- of these, still in flight at the end
  depleted INTEGER NOT NULL,                      -- of these, ended by an empty battery
  deadline_missed INTEGER NOT NULL,               -- of these, later than their deadline
  latency_mean_ms REAL,                           -- arrival to end, completed requests
  latency_p50_ms REAL,                            -- median latency
  latency_p95_ms REAL,                            -- 95 % quantile
  latency_p99_ms REAL,                            -- 99 % quantile
  uplink_bytes_per_request REAL,                  -- over the device's own link, per completed request
  downlink_bytes_per_request REAL,                -- over the device's own link, per completed request
  device_energy_j_per_request REAL,               -- the device's joules booked to a completed request
  total_energy_j_per_request REAL,                -- with the service on all other nodes, and the links' own
  throughput_per_s REAL NOT NULL,                 -- completions inside the measured window / its length
  regret_mean_ms REAL,                            -- what placements take alone above the clairvoyant plan's, per completed request
  accuracy REAL,                                  -- share of right answers; NULL where nothing was evaluated
  fell_back INTEGER NOT NULL,                     -- of the completed, answered by the device itself after others had failed
  timed_out INTEGER NOT NULL,                     -- not answered: the last attempt took too long
  lost INTEGER NOT NULL,                          -- not answered: the last attempt was lost, and known to be
  attempts_per_request REAL,                      -- 1 and the retries
  timeouts_per_request REAL,                      -- attempts that took too long
  wasted_ms_per_request REAL,                     -- machines' time for failed attempts, per request of any outcome
  wasted_bytes_per_request REAL,                  -- bytes over the device's own link for failed attempts
  wasted_energy_j_per_request REAL,               -- joules of all machines and links for failed attempts
  device_compute_ms REAL,                         -- computing on the device
  device_queue_ms REAL,                           -- waiting for the device
  serialize_ms REAL,                              -- (de)serialising at both ends
  uplink_ms REAL,                                 -- waiting for, sending and propagation of what went up
  edge_compute_ms REAL,                           -- computing on edge nodes
  edge_queue_ms REAL,                             -- waiting for edge nodes
  cloud_compute_ms REAL,                          -- computing in the cloud
  cloud_queue_ms REAL,                            -- waiting for the cloud
  downlink_ms REAL,                               -- waiting for, sending and propagation of what came down
  retry_ms REAL,                                  -- failed attempts and the waits after them
  latency_half_width_ms REAL,                     -- of the 95 % confidence interval of latency_mean_ms from this run alone (batch means); NULL if it is too short
  PRIMARY KEY (run_id)
) STRICT;

CREATE TABLE run_model (  -- a run's figures for one model
  run_id INTEGER NOT NULL REFERENCES run(run_id),       -- the run
  model_id INTEGER NOT NULL REFERENCES model(model_id), -- the model
  requests INTEGER NOT NULL,                            -- arrived in the measured window
  completed INTEGER NOT NULL,                           -- of these, answered
  dropped INTEGER NOT NULL,                             -- of these, turned away
  unfinished INTEGER NOT NULL,                          -- of these, still in flight at the end
  depleted INTEGER NOT NULL,                            -- of these, ended by an empty battery
  deadline_missed INTEGER NOT NULL,                     -- of these, later than their deadline
  latency_mean_ms REAL,                                 -- arrival to end, completed requests
  latency_p50_ms REAL,                                  -- median latency
  latency_p95_ms REAL,                                  -- 95 % quantile
  latency_p99_ms REAL,                                  -- 99 % quantile
  uplink_bytes_per_request REAL,                        -- over the device's own link, per completed request
  downlink_bytes_per_request REAL,                      -- over the device's own link, per completed request
  device_energy_j_per_request REAL,                     -- the device's joules booked to a completed request
  total_energy_j_per_request REAL,                      -- with the service on all other nodes, and the links' own
  throughput_per_s REAL NOT NULL,                       -- completions inside the measured window / its length
  regret_mean_ms REAL,                                  -- what placements take alone above the clairvoyant plan's, per completed request
  accuracy REAL,                                        -- share of right answers; NULL where nothing was evaluated
  fell_back INTEGER NOT NULL,                           -- of the completed, answered by the device itself after others had failed
  timed_out INTEGER NOT NULL,                           -- not answered: the last attempt took too long
  lost INTEGER NOT NULL,                                -- not answered: the last attempt was lost, and known to be
  attempts_per_request REAL,                            -- 1 and the retries
  timeouts_per_request REAL,                            -- attempts that took too long
  wasted_ms_per_request REAL,                           -- machines' time for failed attempts, per request of any outcome
  wasted_bytes_per_request REAL,                        -- bytes over the device's own link for failed attempts
  wasted_energy_j_per_request REAL,                     -- joules of all machines and links for failed attempts
  device_compute_ms REAL,                               -- computing on the device
  device_queue_ms REAL,                                 -- waiting for the device
  serialize_ms REAL,                                    -- (de)serialising at both ends
  uplink_ms REAL,                                       -- waiting for, sending and propagation of what went up
  edge_compute_ms REAL,                                 -- computing on edge nodes
  edge_queue_ms REAL,                                   -- waiting for edge nodes
  cloud_compute_ms REAL,                                -- computing in the cloud
  cloud_queue_ms REAL,                                  -- waiting for the cloud
  downlink_ms REAL,                                     -- waiting for, sending and propagation of what came down
  retry_ms REAL,                                        -- failed attempts and the waits after them
  PRIMARY KEY (run_id, model_id)
) STRICT;

CREATE TABLE run_placement (  -- which placements a run used
  run_id INTEGER NOT NULL REFERENCES run(run_id),                   -- the run
  placement_id INTEGER NOT NULL REFERENCES placement(placement_id), -- the placement
  requests INTEGER,                                                 -- recorded with it; NULL under summary
  PRIMARY KEY (run_id, placement_id)
) STRICT;

CREATE TABLE run_node (  -- a node's totals over its machines in the measured window
  run_id INTEGER NOT NULL REFERENCES run(run_id),    -- the run
  node_id INTEGER NOT NULL REFERENCES node(node_id), -- the node
  utilization REAL NOT NULL,                         -- busy servers / servers, mean over machines and time
  offered_load REAL NOT NULL,                        -- work that came / what the servers can do; over 1 the queue grows without end
  energy_j REAL NOT NULL,                            -- the integral of the power: the three parts that follow
  compute_energy_j REAL NOT NULL,                    -- while computing
  radio_energy_j REAL NOT NULL,                      -- of the radio
  idle_energy_j REAL NOT NULL,                       -- of the idle power
  unbooked_energy_j REAL NOT NULL,                   -- of energy_j, what no request was charged with
  requests INTEGER NOT NULL,                         -- visits that began service
  availability REAL,                                 -- share of machines x time without outages; NULL where it cannot fail
  cold_starts INTEGER,                               -- visits that had to load weights first
  evictions INTEGER,                                 -- weights that left the memory for others
  peak_temperature_c REAL,                           -- the highest of all machines
  throttled_s REAL,                                  -- machine seconds in which a temperature limited the speed
  boots INTEGER,                                     -- times that a machine was booted
  off_s REAL,                                        -- machine seconds without power
  battery_used_j REAL,                               -- of all batteries, from the start of the run to its end
  battery_left_j REAL,                               -- in all batteries at the end of the run
  batteries_empty INTEGER,                           -- machines that stopped
  first_battery_empty_s REAL,                        -- when the first machine stopped; NULL where none did
  PRIMARY KEY (run_id, node_id)
) STRICT;

CREATE TABLE run_link (  -- a link's totals over its instances in the measured window
  run_id INTEGER NOT NULL REFERENCES run(run_id),    -- the run
  link_id INTEGER NOT NULL REFERENCES link(link_id), -- the link
  bytes_up INTEGER NOT NULL,                         -- sent upwards
  bytes_down INTEGER NOT NULL,                       -- sent downwards
  utilization_up REAL NOT NULL,                      -- share of the time in which it sent upwards, mean over instances
  utilization_down REAL NOT NULL,                    -- share of the time in which it sent downwards
  offered_load_up REAL NOT NULL,                     -- sending time of what came / length of the window; over 1 the queue grows without end
  offered_load_down REAL NOT NULL,                   -- the same downwards
  mean_throughput_up_mbps REAL NOT NULL,             -- bits sent upwards / length of the window
  mean_throughput_down_mbps REAL NOT NULL,           -- bits sent downwards / length of the window
  energy_j REAL NOT NULL,                            -- of the link itself, by bits and messages
  availability REAL,                                 -- share of instances x time without outages; NULL where there are none
  PRIMARY KEY (run_id, link_id)
) STRICT;

CREATE TABLE run_load (  -- an MLPerf load scenario's figures, by loadgen's rules
  run_id INTEGER NOT NULL REFERENCES run(run_id),          -- the run
  source_id INTEGER NOT NULL REFERENCES source(source_id), -- the source of its queries
  load_scenario TEXT NOT NULL,                             -- SingleStream, MultiStream, Server or Offline
  queries INTEGER NOT NULL,                                -- answered, scheduled in the measured window
  percentile REAL,                                         -- that it is judged by; NULL for Offline
  query_latency_ms REAL,                                   -- at position floor(n x percentile) in ascending order, from the scheduled time
  samples_per_s REAL,                                      -- (answered samples - 1) / time until the last answer
  PRIMARY KEY (run_id, source_id)
) STRICT;

CREATE TABLE execution (  -- one row per partition that was really executed
  execution_id INTEGER PRIMARY KEY,                                 -- in the order of execution
  placement_id INTEGER NOT NULL REFERENCES placement(placement_id), -- the placement it belongs to
  run_id INTEGER REFERENCES run(run_id),                            -- the run, where every request is executed
  sequence INTEGER,                                                 -- the request in that run
  partition INTEGER NOT NULL,                                       -- counts the placement's partitions in the order they ran
  tier TEXT NOT NULL,                                               -- device, edge or cloud
  layers INTEGER NOT NULL,                                          -- executed by this partition
  codec TEXT NOT NULL,                                              -- how the boundary tensors were encoded
  boundary_bytes INTEGER NOT NULL,                                  -- received from other partitions, serialised
  digest TEXT NOT NULL,                                             -- SHA-256 of the network's outputs made by this split
  outputs_equal INTEGER NOT NULL,                                   -- 1 if they equal the whole network's, bit for bit
  host_ms REAL NOT NULL                                             -- real time of this partition on this machine
) STRICT;

CREATE TABLE request (  -- one row per request of the measured window
  request_id INTEGER PRIMARY KEY,                                   -- counts all requests of the file
  run_id INTEGER NOT NULL REFERENCES run(run_id),                   -- the run it belongs to
  sequence INTEGER NOT NULL,                                        -- counts the run's requests by arrival, from 0; equal across policies
  source_id INTEGER NOT NULL REFERENCES source(source_id),          -- where it began
  machine INTEGER NOT NULL,                                         -- which of the source node's machines it began on, from 0
  model_id INTEGER NOT NULL REFERENCES model(model_id),             -- the network it is for
  placement_id INTEGER NOT NULL REFERENCES placement(placement_id), -- where its layers ran
  outcome TEXT NOT NULL,                                            -- completed, fell_back (to the device), dropped, timed_out, lost, depleted or unfinished
  deadline_missed INTEGER NOT NULL,                                 -- 1 if it ended later than its deadline
  arrival_s REAL NOT NULL,                                          -- when it arrived
  latency_ms REAL,                                                  -- arrival to end; NULL unless completed or fell_back
  device_compute_ms REAL NOT NULL,                                  -- computing on the device
  device_queue_ms REAL NOT NULL,                                    -- waiting for the device
  serialize_ms REAL NOT NULL,                                       -- (de)serialising at both ends
  uplink_ms REAL NOT NULL,                                          -- waiting for, sending and propagation of what went up
  edge_compute_ms REAL NOT NULL,                                    -- computing on edge nodes
  edge_queue_ms REAL NOT NULL,                                      -- waiting for edge nodes
  cloud_compute_ms REAL NOT NULL,                                   -- computing in the cloud
  cloud_queue_ms REAL NOT NULL,                                     -- waiting for the cloud
  downlink_ms REAL NOT NULL,                                        -- waiting for, sending and propagation of what came down
  regret_ms REAL,                                                   -- what its placement takes alone, on the links as they are, above the clairvoyant plan's
  bytes_up INTEGER NOT NULL,                                        -- sent over the device's own link
  bytes_down INTEGER NOT NULL,                                      -- received over the device's own link
  device_energy_j REAL NOT NULL,                                    -- the device's joules booked to it: the five parts that follow
  compute_energy_j REAL NOT NULL,                                   -- device: computing
  transmit_energy_j REAL NOT NULL,                                  -- device: sending
  receive_energy_j REAL NOT NULL,                                   -- device: receiving
  wait_energy_j REAL NOT NULL,                                      -- device: its share of idling while it waits for others
  radio_overhead_energy_j REAL NOT NULL,                            -- device: promotion and tail of the radio
  cold_starts INTEGER NOT NULL,                                     -- visits to nodes that had to load weights first
  server_energy_j REAL NOT NULL,                                    -- all other nodes: (busy power / servers) x service time
  attempts INTEGER NOT NULL,                                        -- 1 and the retries
  timeouts INTEGER NOT NULL,                                        -- attempts that took too long
  retry_ms REAL NOT NULL,                                           -- of the latency, failed attempts and the waits after them; no other part has any of it
  wasted_ms REAL NOT NULL,                                          -- of failed attempts: computing, reading and writing on all machines
  wasted_bytes INTEGER NOT NULL,                                    -- of bytes_up and bytes_down, those of failed attempts
  wasted_energy_j REAL NOT NULL,                                    -- of all joules, those of failed attempts and the waits after them
  link_energy_j REAL NOT NULL                                       -- of the links, by bits and messages
) STRICT;

CREATE TABLE event (  -- one row per step of a request, in the order in which they end; only under --record events
  event_id INTEGER PRIMARY KEY,                   -- counts all events of the file
  run_id INTEGER NOT NULL REFERENCES run(run_id), -- the run it belongs to
  sequence INTEGER NOT NULL,                      -- the request, as in request.sequence
  kind TEXT NOT NULL,                             -- compute, serialize, uplink or downlink
  node_id INTEGER REFERENCES node(node_id),       -- the node that computed; NULL for a message
  link_id INTEGER REFERENCES link(link_id),       -- the link of the message; NULL for a visit
  begin_s REAL NOT NULL,                          -- when the request came to the node or link
  end_s REAL NOT NULL,                            -- when it left, propagation included
  work_ms REAL NOT NULL,                          -- of that, computing or sending at full speed
  bytes INTEGER NOT NULL                          -- of the message
) STRICT;

CREATE VIEW policy_summary AS  -- one row per scenario, policy and model
SELECT
  run.scenario,
  run.policy,
  model.name AS model,
  run.information_class,  -- what the policy may know
  avg(m.requests) AS requests,  -- arrived in the measured window
  avg(m.completed) AS completed,  -- of these, answered
  avg(m.dropped) AS dropped,  -- of these, turned away
  avg(m.unfinished) AS unfinished,  -- of these, still in flight at the end
  avg(m.depleted) AS depleted,  -- of these, ended by an empty battery
  avg(m.deadline_missed) AS deadline_missed,  -- of these, later than their deadline
  avg(m.latency_mean_ms) AS latency_mean_ms,  -- arrival to end, completed requests
  avg(m.latency_p50_ms) AS latency_p50_ms,  -- median latency
  avg(m.latency_p95_ms) AS latency_p95_ms,  -- 95 % quantile
  avg(m.latency_p99_ms) AS latency_p99_ms,  -- 99 % quantile
  avg(m.uplink_bytes_per_request) AS uplink_bytes_per_request,  -- over the device's own link, per completed request
  avg(m.downlink_bytes_per_request) AS downlink_bytes_per_request,  -- over the device's own link, per completed request
  avg(m.device_energy_j_per_request) AS device_energy_j_per_request,  -- the device's joules booked to a completed request
  avg(m.total_energy_j_per_request) AS total_energy_j_per_request,  -- with the service on all other nodes, and the links' own
  avg(m.throughput_per_s) AS throughput_per_s,  -- completions inside the measured window / its length
  avg(m.regret_mean_ms) AS regret_mean_ms,  -- what placements take alone above the clairvoyant plan's, per completed request
  avg(m.accuracy) AS accuracy,  -- share of right answers; NULL where nothing was evaluated
  avg(m.fell_back) AS fell_back,  -- of the completed, answered by the device itself after others had failed
  avg(m.timed_out) AS timed_out,  -- not answered: the last attempt took too long
  avg(m.lost) AS lost,  -- not answered: the last attempt was lost, and known to be
  avg(m.attempts_per_request) AS attempts_per_request,  -- 1 and the retries
  avg(m.timeouts_per_request) AS timeouts_per_request,  -- attempts that took too long
  avg(m.wasted_ms_per_request) AS wasted_ms_per_request,  -- machines' time for failed attempts, per request of any outcome
  avg(m.wasted_bytes_per_request) AS wasted_bytes_per_request,  -- bytes over the device's own link for failed attempts
  avg(m.wasted_energy_j_per_request) AS wasted_energy_j_per_request,  -- joules of all machines and links for failed attempts
  count(*) AS replications,
  sum(run.status = 'interrupted') AS interrupted_replications
FROM run_model AS m JOIN run USING (run_id) JOIN model USING (model_id)
GROUP BY run.scenario, run.policy, m.model_id
ORDER BY min(run.run_id), m.model_id;

CREATE VIEW latency_breakdown AS  -- where the time of a completed request goes; the parts add up to latency_mean_ms
SELECT
  run.scenario,
  run.policy,
  model.name AS model,
  avg(m.device_compute_ms) AS device_compute_ms,  -- computing on the device
  avg(m.device_queue_ms) AS device_queue_ms,  -- waiting for the device
  avg(m.serialize_ms) AS serialize_ms,  -- (de)serialising at both ends
  avg(m.uplink_ms) AS uplink_ms,  -- waiting for, sending and propagation of what went up
  avg(m.edge_compute_ms) AS edge_compute_ms,  -- computing on edge nodes
  avg(m.edge_queue_ms) AS edge_queue_ms,  -- waiting for edge nodes
  avg(m.cloud_compute_ms) AS cloud_compute_ms,  -- computing in the cloud
  avg(m.cloud_queue_ms) AS cloud_queue_ms,  -- waiting for the cloud
  avg(m.downlink_ms) AS downlink_ms,  -- waiting for, sending and propagation of what came down
  avg(m.retry_ms) AS retry_ms,  -- failed attempts and the waits after them
  avg(m.latency_mean_ms) AS latency_mean_ms
FROM run_model AS m JOIN run USING (run_id) JOIN model USING (model_id)
GROUP BY run.scenario, run.policy, m.model_id
ORDER BY min(run.run_id), m.model_id;

CREATE VIEW node_summary AS  -- one row per scenario, policy and node; sums over its machines, utilization their mean
SELECT
  run.scenario,
  run.policy,
  node.name AS node,
  node.tier,
  node.machines,
  avg(n.utilization) AS utilization,
  avg(n.offered_load) AS offered_load,  -- work that came / what the servers can do; over 1 is unstable
  avg(n.energy_j) AS energy_j,
  avg(n.compute_energy_j) AS compute_energy_j,
  avg(n.radio_energy_j) AS radio_energy_j,
  avg(n.idle_energy_j) AS idle_energy_j,
  avg(n.unbooked_energy_j) AS unbooked_energy_j,  -- of energy_j, what no request was charged with
  avg(n.requests) AS requests,  -- visits that began service in the measured window
  avg(n.cold_starts) AS cold_starts,  -- visits that had to load weights first
  avg(n.evictions) AS evictions,  -- weights that left the memory for others
  avg(n.peak_temperature_c) AS peak_temperature_c,  -- the highest of all machines
  avg(n.throttled_s) AS throttled_s,  -- machine seconds in which a temperature limited the speed
  avg(n.boots) AS boots,  -- times that a machine was booted
  avg(n.off_s) AS off_s,  -- machine seconds without power
  avg(n.battery_used_j) AS battery_used_j,  -- of all batteries, from the start of the run to its end
  avg(n.battery_left_j) AS battery_left_j,  -- in all batteries at the end of the run
  avg(n.batteries_empty) AS batteries_empty,  -- machines that stopped
  avg(n.first_battery_empty_s) AS first_battery_empty_s,  -- when the first machine stopped; NULL where none did
  avg(n.availability) AS availability  -- share of machines x time without outages
FROM run_node AS n JOIN run USING (run_id) JOIN node USING (node_id)
GROUP BY run.scenario, run.policy, n.node_id
ORDER BY min(run.run_id), n.node_id;

CREATE VIEW link_summary AS  -- one row per scenario, policy and link; sums over its instances, utilizations their means
SELECT
  run.scenario,
  run.policy,
  link.name AS link,
  avg(l.bytes_up) AS bytes_up,
  avg(l.bytes_down) AS bytes_down,
  avg(l.utilization_up) AS utilization_up,
  avg(l.utilization_down) AS utilization_down,
  avg(l.offered_load_up) AS offered_load_up,  -- sending time of what came / time; over 1 is unstable
  avg(l.offered_load_down) AS offered_load_down,
  avg(l.mean_throughput_up_mbps) AS mean_throughput_up_mbps,  -- bits sent / length of the window
  avg(l.mean_throughput_down_mbps) AS mean_throughput_down_mbps,
  avg(l.energy_j) AS energy_j,  -- of the link itself, by bits and messages
  avg(l.availability) AS availability  -- share of instances x time without outages
FROM run_link AS l JOIN run USING (run_id) JOIN link USING (link_id)
GROUP BY run.scenario, run.policy, l.link_id
ORDER BY min(run.run_id), l.link_id;

CREATE VIEW replication_summary AS  -- one row per run, over all models
SELECT
  run.scenario,
  run.policy,
  run.run_id,
  run.replication,
  run.seed,
  run.information_class,
  run.status,
  m.requests,
  m.completed,
  m.dropped,
  m.unfinished,
  m.depleted,
  m.deadline_missed,
  m.latency_mean_ms,
  m.latency_p50_ms,
  m.latency_p95_ms,
  m.latency_p99_ms,
  m.uplink_bytes_per_request,
  m.downlink_bytes_per_request,
  m.device_energy_j_per_request,
  m.total_energy_j_per_request,
  m.throughput_per_s,
  m.regret_mean_ms,
  m.accuracy,
  m.fell_back,
  m.timed_out,
  m.lost,
  m.attempts_per_request,
  m.timeouts_per_request,
  m.wasted_ms_per_request,
  m.wasted_bytes_per_request,
  m.wasted_energy_j_per_request,
  m.device_compute_ms,
  m.device_queue_ms,
  m.serialize_ms,
  m.uplink_ms,
  m.edge_compute_ms,
  m.edge_queue_ms,
  m.cloud_compute_ms,
  m.cloud_queue_ms,
  m.downlink_ms,
  m.retry_ms,
  m.latency_half_width_ms  -- of the 95 % confidence interval from this run alone; NULL if it is too short
FROM run LEFT JOIN run_total AS m USING (run_id)
ORDER BY run.run_id;

CREATE VIEW placement_summary AS  -- one row per scenario, policy and placement: where it cuts, how good that was planned
SELECT
  run.scenario,
  run.policy,
  model.name AS model,
  node.name AS source,
  placement.placement_id,
  placement.cut,
  sum(u.requests) AS requests,  -- over all replications; NULL under summary
  placement.device_layers,
  placement.edge_layers,
  placement.cloud_layers,
  placement.boundary_tensors,
  placement.boundary_bytes,
  placement.planned_latency_ms,
  placement.optimum_latency_ms,
  placement.planned_device_energy_j,
  placement.optimum_device_energy_j
FROM run_placement AS u JOIN run USING (run_id) JOIN placement USING (placement_id)
  JOIN model USING (model_id) JOIN source USING (source_id) JOIN node USING (node_id)
GROUP BY run.scenario, run.policy, u.placement_id
ORDER BY min(run.run_id), sum(u.requests) DESC, u.placement_id;

CREATE VIEW execution_summary AS  -- one row per scenario, policy and executed placement
SELECT
  used.scenario,
  used.policy,
  model.name AS model,
  placement.cut,
  max(e.partition) + 1 AS partitions,
  sum(e.partition = 0) AS executions,
  sum(e.boundary_bytes) / sum(e.partition = 0) AS boundary_bytes,  -- received by partitions, per execution
  sum(e.host_ms) / sum(e.partition = 0) AS host_ms,  -- real time on this machine, per execution
  min(e.outputs_equal) AS outputs_equal  -- 1 if every execution gave the whole network's outputs, bit for bit
FROM execution AS e
  JOIN (
    SELECT run.scenario, run.policy, u.placement_id, min(run.run_id) AS first_run
    FROM run_placement AS u JOIN run USING (run_id) GROUP BY run.scenario, run.policy, u.placement_id
  ) AS used USING (placement_id)
  JOIN placement USING (placement_id) JOIN model USING (model_id)
GROUP BY used.scenario, used.policy, e.placement_id
ORDER BY min(used.first_run), e.placement_id;

CREATE VIEW load_summary AS  -- one row per scenario, policy and source under an MLPerf load scenario
SELECT
  run.scenario,
  run.policy,
  model.name AS model,
  node.name AS source,
  l.load_scenario,
  avg(l.queries) AS queries,
  l.percentile,
  avg(l.query_latency_ms) AS query_latency_ms,  -- at the percentile, by loadgen's rule
  avg(l.samples_per_s) AS samples_per_s
FROM run_load AS l JOIN run USING (run_id) JOIN source USING (source_id) JOIN node USING (node_id)
  JOIN model USING (model_id)
GROUP BY run.scenario, run.policy, l.source_id
ORDER BY min(run.run_id), l.source_id;
