import Scenarios
import StrictJSON
import Testing

/// Every mistake is reported at its place, with what was probably meant.
struct MistakeTests {
  @Test(arguments: [
    (#""offloadsim": 1"#, #""offloadsim": ▸2"#, "'offloadsim' must be 1, not 2"),
    (#""name": "small""#, #""name": ▸"a/b""#, "'name' names a file: it must not contain '/' or begin with '.'"),
    (#""duration_s": 10"#, #""duration_s": 10, "warmup_s": ▸10"#, "'warmup_s' must be less than 'duration_s'"),
    (
      #""duration_s": 10"#, #""duration_s": ▸0"#,
      "'duration_s' must be a positive number of at most 60000000, not 0"
    ),
    (
      #""duration_s": 10"#, #""duration_s": 10, "replications": ▸0"#,
      "'replications' must be a whole number between 1 and 100000, not 0"
    ),
    (#""duration_s": 10"#, #""duration_s": 10, ▸"seeds": 3"#, "unknown field 'seeds'; did you mean 'seed'?"),
    (#"[{"name": "lenet5"}]"#, "▸[]", "'models' must not be empty"),
    (
      #"{"name": "lenet5"}"#, #"{"name": "lenet5", "file": "a", "costs": ▸"b"}"#,
      "a model has a 'file' or 'costs', not both"
    ),
    (#"{"name": "lenet5"}"#, #"{"name": "lenet5"}, {"name": ▸"lenet5"}"#, "two models are called 'lenet5'"),
    (
      #""tier": "device""#, #""tier": ▸"devise""#,
      "'tier' must be device, edge or cloud, not the string 'devise'; did you mean 'device'?"
    ),
    (
      #""tier": "device""#, #""tier": "device", "count": ▸0"#,
      "'count' must be a whole number between 1 and 1000000, not 0"
    ),
    (
      #""tier": "device""#, #""tier": "device", "scheduler": {"kind": "batch", "max_batch": ▸0}"#,
      "'max_batch' must be a whole number between 1 and 1024, not 0"
    ),
    (
      #""tier": "device""#, #""tier": "device", "scheduler": {"kind": "batch", ▸"timeout_s": 5}"#,
      "unknown field 'timeout_s'; did you mean 'timeout_ms'?"
    ),
    (
      #""tier": "device""#, #""tier": "device", "queue_limit": ▸-1"#,
      "'queue_limit' must be a whole number between 0 and 1000000000, not -1"
    ),
    (
      #""tier": "device""#, #""tier": "device", "thermal": {"k_per_w": 5, "j_per_k": 20, ▸"stepz": []}"#,
      "unknown field 'stepz'; did you mean 'steps'?"
    ),
    (
      #""tier": "device""#, #""tier": "device", "memory": {"bytes": 1, "load_mbps": ▸10, "load_mbytes_per_s": 1}"#,
      "weights come from a disk or over a network: not both"
    ),
    (
      #""tier": "device""#,
      #""tier": "device", "background": {"fractions": [0, 0.5], "times_s": ▸[0]}"#,
      "'times_s' must have a time for each of 'fractions'"
    ),
    (
      #""tier": "device""#, #""tier": "device", "battery": {"capacity_j": ▸0}"#,
      "'capacity_j' must be a positive number of at most 1000000000, not 0"
    ),
    (
      #""tier": "device""#, #""tier": "device", "scheduler": ▸"lifo""#,
      "unknown scheduler 'lifo'; did you mean 'fifo'?"
    ),
    (#""from": "phone""#, #""from": ▸"fone""#, "there is no node 'fone'; did you mean 'phone'?"),
    (
      #""from": "phone", "to": "cloud""#, #""from": "cloud", "to": ▸"cloud""#,
      "a link must join two nodes, not 'cloud' with itself"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": ▸-8"#,
      "'uplink_mbps' must be a number between 0.001 and 1000000000, not -8"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": {"trace": "t", "format": ▸"mahimahy"}"#,
      "'format' must be mahimahi, pensieve or irish5g, not the string 'mahimahy'; did you mean 'mahimahi'?"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": {"trace": "t", "format": "mahimahi", "column": ▸"x"}"#,
      "only tables have columns"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "buffer_bytes": ▸1000"#,
      "on a fair link nobody waits: a buffer needs 'sharing' fifo"
    ),
    (#""uplink_mbps": 8"#, #""uplink_mbps": 8, "transport": ▸"tcpp""#, "unknown transport 'tcpp'; did you mean 'tcp'?"),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "transport": {"kind": "tcp", "mss_bytes": ▸0}"#,
      "'mss_bytes' must be a whole number between 1 and 1000000, not 0"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "transport": "tcp", "forwarding": ▸"stream""#,
      "slow start is for messages that are stored: 'forwarding' must be store"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "sharing": "fifo", "forwarding": ▸"stream""#,
      "a link that streams is shared fairly: 'sharing' must be fair"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "ns_per_byte": 1, "forwarding": ▸"stream""#,
      "no processor reads a message that streams through: 'per_message_us' and 'ns_per_byte' must be 0"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "outages": [{"at_s": 1, "for_s": ▸0}]"#,
      "'for_s' must be a positive number of at most 100000000, not 0"
    ),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "per_message_us": ▸-1"#,
      "'per_message_us' must be a number between 0 and 1000000000, not -1"
    ),
    (#""uplink_mbps": 8"#, #""uplink_mbps": 8, ▸"rt_ms": 10"#, "unknown field 'rt_ms'; did you mean 'rtt_ms'?"),
    (
      #""uplink_mbps": 8"#, #""uplink_mbps": 8, "radio": ▸"lta""#,
      "'radio' must be 'none', 'wifi', 'lte', '3g', '5g' or an object, not the string 'lta'; did you mean 'lte'?"
    ),
    (#""source": "phone""#, #""source": ▸"phones""#, "there is no node 'phones'; did you mean 'phone'?"),
    (#""model": "lenet5""#, #""model": ▸"resnet""#, "there is no model 'resnet' (known: lenet5)"),
    (
      #""rate_per_s": 2"#, #""rate_per_s": ▸0"#,
      "'rate_per_s' must be a positive number of at most 1000000000, not 0"
    ),
    (#""kind": "poisson""#, #""kind": ▸"poison""#, "unknown arrivals 'poison'; did you mean 'poisson'?"),
    (
      #""rate_per_s": 2}"#, #""rate_per_s": 2}, "input": {"encoding": ▸"jpeg"}"#,
      "an input encoded as 'jpeg' needs its 'bytes'"
    ),
    (
      #""rate_per_s": 2}"#, #""rate_per_s": 2}, "priority": ▸1.5"#,
      "'priority' must be a whole number between -1000000 and 1000000, not 1.5"
    ),
    (#"["local"]"#, #"[▸"lokal"]"#, "unknown policy 'lokal'; did you mean 'local'?"),
    (#"["local"]"#, #"["local", ▸"local"]"#, "two policies are called 'local'"),
    (#"["local"]"#, "▸[]", "'policies' must not be empty"),
    (#"["local"]"#, #"["fixed,cut=a,▸cutt=a"]"#, "unknown field 'cutt'; did you mean 'cut'?"),
    (
      #"["local"]"#, #"["local"], "execution": {"mode": ▸"twice"}"#,
      "'mode' must be none, once or every, not the string 'twice'"
    ),
  ])
  func refuses(old: String, new: String, message: String) {
    let (text, places) = Samples.marked(Samples.smallest(old, new))
    #expect(Samples.mistakes(text) == Samples.expected([message], at: places))
  }

  @Test(arguments: [
    (#"▸{"kind": "trace"}"#, "a trace has either 'times_s' or a 'file'"),
    (#"▸{"kind": "trace", "times_s": [1], "file": "t"}"#, "a trace has either 'times_s' or a 'file'"),
    (#"{"kind": "trace", "times_s": ▸[2, 1]}"#, "'times_s' must ascend: 1 comes after 2"),
    (#"{"kind": "trace", "times_s": [▸-1]}"#, "'times_s.0' must be a number between 0 and 1000000000, not -1"),
    (#"{"kind": "mmpp", "rates_per_s": [1, 2], "mean_holding_s": ▸[1]}"#, "1 holding times for 2 rates"),
    (#"{"kind": "mmpp", "rates_per_s": ▸[0], "mean_holding_s": [1]}"#, "one rate at least must be positive"),
    (#"{"kind": "closed", "clients": ▸0}"#, "'clients' must be a whole number between 1 and 1000000, not 0"),
    (#"{"kind": "periodic", "rate_per_s": 1, "jitter": ▸2}"#, "'jitter' must be a number between 0 and 1, not 2"),
  ])
  func refusesArrivals(arrivals: String, message: String) {
    let (text, places) = Samples.marked(Samples.smallest(#"{"kind": "poisson", "rate_per_s": 2}"#, arrivals))
    #expect(Samples.mistakes(text) == Samples.expected([message], at: places))
  }

  @Test func refusesMoreRequestsThanAnyRunCouldFinish() {
    let text = Samples.smallest(#""rate_per_s": 2"#, #""rate_per_s": 9e8"#).replacing(
      #""duration_s": 10"#, with: #""duration_s": 1e5"#)
    #expect(Samples.mistakes(text).contains("requests would arrive, more than 10^12"))
  }

  /// Device d, edge e, cloud c and one workload at d; the marks stand in the nodes, the links and the workload.
  private func chain(
    _ links: String, edge: String = #""e""#, cloud: String = #""c""#, source: String = #""d""#
  ) -> (text: String, places: [String]) {
    Samples.marked(
      """
      {"offloadsim": 1, "name": "n", "duration_s": 1, "models": [{"name": "m"}], "policies": ["local"], "nodes": [
        {"name": "d", "tier": "device"},
        {"name": \(edge), "tier": "edge"},
        {"name": \(cloud), "tier": "cloud"}],
      "links":
        [\(links)],
      "workload": [{"source": \(source), "model": "m", "arrivals": "poisson,rate_per_s=1"}]}
      """)
  }

  private static let lower = #"{"name": "a", "uplink_mbps": 1, "from": "d", "to": "e"}"#
  private static let upper = #"{"name": "b", "uplink_mbps": 1, "from": "e", "to": "c"}"#

  @Test func acceptsAChain() {
    #expect(Samples.mistakes(chain("\(Self.lower), \(Self.upper)").text) == "")
  }

  @Test func refusesDisconnectedNodes() {
    let gap = chain(Self.lower, cloud: #"▸"c""#)
    #expect(
      Samples.mistakes(gap.text) == Samples.expected(["no path leads from a workload's source to 'c'"], at: gap.places))
    let island = chain(Self.upper, edge: #"▸"e""#, cloud: #"▸"c""#, source: #"▸"d""#)
    #expect(
      Samples.mistakes(island.text)
        == Samples.expected(
          [
            "no requests begin at 'e' and no path leads through it", "no path leads from a workload's source to 'c'",
            "no link leads up from 'd': its requests cannot reach another node",
          ], at: island.places))
    let none = chain("", edge: #"▸"e""#, cloud: #"▸"c""#, source: #"▸"d""#)
    #expect(
      Samples.mistakes(none.text)
        == Samples.expected(
          [
            "no path leads from a workload's source to 'e'", "no path leads from a workload's source to 'c'",
            "no link leads up from 'd': its requests cannot reach another node",
          ], at: none.places))
  }

  @Test(arguments: [
    (
      #"{"name": "b", "uplink_mbps": 1, "from": ▸"d", "to": "c"}"#,
      "'d' has two links upwards, 'a' and 'b': the nodes must form chains, so that the way of a request is clear"
    ),
    (
      #"{"name": "b", "uplink_mbps": 1, "from": ▸"c", "to": "e"}"#,
      "link 'b' goes from cloud to edge: 'from' must be the lower end"
    ),
    (
      #"{"name": "b", "uplink_mbps": 1, "from": "e", "to": "c", "radio": ▸"lte"}"#,
      "link 'b' is not the first one of a source: a radio between other nodes is not supported yet"
    ),
  ])
  func refusesLinksThatMakeNoChain(link: String, message: String) {
    let (text, places) = chain("\(Self.lower), \(link)")
    #expect(Samples.mistakes(text) == Samples.expected([message], at: places))
  }

  @Test func refusesACycle() {
    let (text, places) = chain(
      #"{"name": "a", "uplink_mbps": 1, "from": ▸"d", "to": "e"}, {"name": "b", "uplink_mbps": 1, "from": ▸"e", "to": "d"}"#
    )
    let hint = "; a link goes 'from' the lower node 'to' the upper"
    #expect(
      Samples.mistakes(text)
        == Samples.expected(
          ["the links form a cycle through 'd'" + hint, "the links form a cycle through 'e'" + hint], at: places))
  }

  @Test func reportsAllMistakesAtOnce() {
    let (text, places) = Samples.marked(
      """
      ▸{"offloadsim": 1, "duration_s": ▸-1, "models": [{"name": ▸""}], "nodes": [▸{"name": "a"}],
       "workload": [{"source": ▸"b", "model": "m", "arrivals": ▸{"kind": "poisson"}}, ▸3],
       "policies": [▸"neurosurgeom", "local"], ▸"zeed": 1}
      """)
    #expect(
      Samples.mistakes(text)
        == Samples.expected(
          [
            "missing field 'name': what the scenario is called; names its results file",
            "'duration_s' must be a positive number of at most 60000000, not -1",
            "'name' must be a name (a string that is not empty, without control characters), not the string ''",
            "missing field 'tier': how far from the user it stands",
            "there is no node 'b' (known: a)",
            "missing field 'rate_per_s': requests a second at each machine of the source",
            "'workload.1' must be an object, not 3",
            "unknown policy 'neurosurgeom'; did you mean 'neurosurgeon'?",
            "unknown field 'zeed'; did you mean 'seed'?",
          ], at: places))
  }

  /// Pieces of a scenario are cut out, doubled and swapped: it is read or refused, and what is read resolves to itself.
  @Test func survivesMutations() throws {
    let pieces = Samples.smallest.split(separator: " ").map(String.init)
    let words = [#""wifi""#, "{}", "[]", "null", "-1", "1e300", #""fixed,cut=a""#, "true", "0", #""kind":"#, ","]
    var state: UInt64 = 3
    func next(below bound: Int) -> Int {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      return Int((state >> 33) % UInt64(bound))
    }
    var read = 0
    for _ in 0..<5_000 {
      var mutant = pieces
      for _ in 0...next(below: 2) {
        let place = next(below: mutant.count)
        switch next(below: 4) {
        case 0: mutant.remove(at: place)
        case 1: mutant.insert(mutant[next(below: mutant.count)], at: place)
        case 2: mutant.swapAt(place, next(below: mutant.count))
        default: mutant[place] = words[next(below: words.count)]
        }
      }
      guard let scenario = try? Samples.scenario(mutant.joined(separator: " ")) else { continue }
      read += 1
      #expect(try Samples.scenario(scenario.resolvedJSON).resolvedJSON == scenario.resolvedJSON)
    }
    #expect(read > 0)
  }
}
