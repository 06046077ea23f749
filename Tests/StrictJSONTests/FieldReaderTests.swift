import StrictJSON
import Testing

/// What the tests read: every kind of field once.
private struct Sample {
  enum Sharing: String, CaseIterable { case fair, fifo }
  enum Scheduler: Equatable {
    case fifo
    case batch(Int, Double)
  }
  enum Rate: Equatable {
    case constant(Double)
    case trace(String)
  }

  static let schedulers = [
    Kind<Scheduler>("fifo", "one after another") { _ in .fifo },
    Kind<Scheduler>("batch", "several at once") { fields in
      .batch(
        fields.int("max_batch", in: 1...64, "requests in a batch"),
        fields.double("timeout_ms", default: 5, in: .nonNegative, "longest wait"))
    },
  ]

  let name: String
  let count: Int
  let sharing: Sharing
  let power: Double?
  let shared: Bool
  let times: [Double]
  let scheduler: Scheduler
  let rate: Rate
  let inner: [String]
  let costs: [String]
  let mode: String

  init(from fields: inout FieldReader) {
    name = fields.name("name", "what it is called")
    count = fields.int("count", default: 1, in: 1...1000, "how many")
    sharing = fields.choice("sharing", default: .fair, "how it is shared")
    power = fields.doubleIfPresent("power_w", in: .positive, "its power")
    shared = fields.bool("shared", default: false, "whether it is shared")
    times = fields.numbers("times_s", default: [], in: .nonNegative, "when")
    scheduler = fields.value("scheduler", default: "fifo", "who is next", oneOf: [.kinds("scheduler", Self.schedulers)])
    rate = fields.value(
      "rate_mbps", "the rate",
      oneOf: [
        .number(in: .positive) { .constant($0) }, .object { .trace($0.string("trace", "the trace's file")) },
      ])
    inner = fields.array("inner", required: false, "parts") { $0.name("name", "the part's name") }
    costs = fields.numbersByName("ms", default: [], in: .nonNegative, "milliseconds by tier").map {
      "\($0.name)=\($0.value)"
    }
    mode = fields.section("execution", "what is executed") { $0.string("mode", default: "once", "how often") }
  }
}

struct FieldReaderTests {
  private func read(_ text: String) throws -> Sample {
    try FieldReader.read(try JSONParser.parse(text, file: "f")) { Sample(from: &$0) }
  }

  @Test func readsEveryKindOfField() throws {
    let sample = try read(
      """
      {"name": "n", "count": 4e1, "sharing": "fifo", "power_w": 2.5, "shared": true, "times_s": [0, 1.5],
       "scheduler": {"kind": "batch", "max_batch": 8}, "rate_mbps": {"trace": "t"}, "inner": [{"name": "a"}, {"name": "b"}],
       "ms": {"device": 10, "cloud": 1}, "execution": {"mode": "none"}}
      """)
    #expect(sample.name == "n" && sample.count == 40 && sample.sharing == .fifo && sample.power == 2.5)
    #expect(sample.shared && sample.times == [0, 1.5] && sample.scheduler == .batch(8, 5))
    #expect(sample.rate == .trace("t") && sample.inner == ["a", "b"] && sample.costs == ["device=10.0", "cloud=1.0"])
    #expect(sample.mode == "none")
  }

  @Test func fillsInDefaults() throws {
    let node = try JSONParser.parse(#"{"name": "n", "rate_mbps": 3, "scheduler": "batch,max_batch=2"}"#, file: "f")
    let (sample, resolved) = try FieldReader.resolve(node) { Sample(from: &$0) }
    #expect(sample.count == 1 && sample.sharing == .fair && sample.power == nil && sample.mode == "once")
    #expect(
      resolved.compact
        == #"{"name":"n","count":1,"sharing":"fair","shared":false,"times_s":[],"scheduler":{"kind":"batch","#
        + #""max_batch":2,"timeout_ms":5},"rate_mbps":3,"inner":[],"ms":{},"execution":{"mode":"once"}}"#)
    let again = try FieldReader.resolve(try JSONParser.parse(resolved.pretty, file: "f")) { Sample(from: &$0) }
    #expect(again.resolved == resolved)
  }

  @Test func reportsAllMistakesAtOnceInTheOrderOfTheFile() {
    let error = #expect(throws: InputError.self) {
      try read(
        """
        {"count": 0, "sharring": "fair",
         "sharing": "fiffo", "power_w": -1, "shared": 1,
         "times_s": [1, -1], "scheduler": "bach", "rate_mbps": "5",
         "inner": [{"nam": "a"}, 3], "ms": {"device": "x"}, "execution": []}
        """)
    }
    #expect(
      error?.description == """
        f:1:1: error: missing field 'name': what it is called
        f:1:11: error: 'count' must be a whole number between 1 and 1000, not 0
        f:1:14: error: unknown field 'sharring'; did you mean 'sharing'?
        f:2:13: error: 'sharing' must be fair or fifo, not the string 'fiffo'; did you mean 'fifo'?
        f:2:33: error: 'power_w' must be a positive number, not -1
        f:2:47: error: 'shared' must be true or false, not 1
        f:3:17: error: 'times_s.1' must be a number that is not negative, not -1
        f:3:35: error: unknown scheduler 'bach'; did you mean 'batch'?
        f:3:56: error: 'rate_mbps' must be a positive number or an object, not the string '5'
        f:4:12: error: missing field 'name': the part's name
        f:4:13: error: unknown field 'nam'; did you mean 'name'?
        f:4:26: error: 'inner.1' must be an object, not 3
        f:4:47: error: 'ms.device' must be a number that is not negative, not the string 'x'
        f:4:66: error: 'execution' must be an object, not an array
        """)
  }

  @Test func readsASpecWithTheSameInitialiser() throws {
    let scheduler = try FieldReader.read(spec: "batch,max_batch=4,timeout_ms=1e1", "scheduler", Sample.schedulers)
    #expect(scheduler == .batch(4, 10))
    #expect(try FieldReader.read(spec: "fifo", "scheduler", Sample.schedulers) == .fifo)
  }

  @Test(arguments: [
    ("batch", "error: missing field 'max_batch': requests in a batch"),
    ("batch,max_batch=x", "error: 'max_batch' must be a whole number between 1 and 64, not the string 'x'"),
    ("batch,max_batch=2,max_bach=3", "error: unknown field 'max_bach'; did you mean 'max_batch'?"),
    ("batch,max_batch=2,max_batch=3", "error: duplicate key 'max_batch'"),
    ("batch,max_batch=2,", "error: expected key=value, found ''"),
    ("lifo", "error: unknown scheduler 'lifo'; did you mean 'fifo'?"),
    ("", "error: unknown scheduler '' (known: fifo, batch)"),
  ])
  func refusesSpec(spec: String, message: String) {
    let error = #expect(throws: InputError.self) {
      try FieldReader.read(spec: spec, "scheduler", Sample.schedulers)
    }
    #expect(error?.description == message)
  }

  @Test func placesMistakesInsideASpecOfAFile() {
    let error = #expect(throws: InputError.self) {
      try read(#"{"name": "n", "rate_mbps": 1, "scheduler": "batch,max_batch=99,x=1"}"#)
    }
    #expect(
      error?.description == """
        f:1:61: error: 'max_batch' must be a whole number between 1 and 64, not the string '99'
        f:1:64: error: unknown field 'x'
        """)
  }

  @Test func describesItselfAsJSONSchema() {
    let schema = FieldReader.schema { Sample(from: &$0) }
    #expect(schema["required"] == ["name", "rate_mbps"])
    #expect(schema["additionalProperties"] == false)
    let properties = schema["properties"]
    #expect(
      properties?["count"]
        == ["type": "integer", "minimum": 1, "maximum": 1000, "description": "how many", "default": 1])
    #expect(properties?["sharing"]?["enum"] == ["fair", "fifo"])
    #expect(properties?["inner"]?["items"]?["properties"]?["name"]?["type"] == "string")
    #expect(properties?["scheduler"]?["anyOf"]?.compact.contains(#""kind":{"const":"batch""#) == true)
  }
}

struct WordsTests {
  @Test(arguments: [
    ("rt_ms", "rtt_ms"), ("uplink_mpbs", "uplink_mbps"), ("RTT_MS", "rtt_ms"), ("rttms", "rtt_ms"), ("xy", nil),
    ("downlink", nil),
  ])
  func findsTheNearest(word: String, nearest: String?) {
    #expect(["rtt_ms", "uplink_mbps", "downlink_mbps"].nearest(to: word) == nearest)
  }

  @Test func escapesWhatWouldBreakALine() {
    #expect("a\nb\u{1B}[0m\u{202E}".printable == "a\\nb\\u{1b}[0m\\u{202e}")
    #expect(String(repeating: "x", count: 200).printable.count == 83)
  }
}
