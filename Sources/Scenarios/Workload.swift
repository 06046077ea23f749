import Simulation
import StrictJSON

extension Scenario {
  /// Requests for one network that begin at one node.
  public struct Workload: Sendable {
    /// What the source's data look like on the wire.
    public enum Encoding: String, Sendable, CaseIterable {
      case rawF32 = "raw_f32"
      case rawU8 = "raw_u8"
      case jpeg
      case custom
    }

    public let source: Reference
    public let model: Reference
    public internal(set) var arrivals: Arrivals
    /// A file of arrival times; `arrivals` holds them once the scenario's files are read.
    public let arrivalsFile: Reference?
    /// How many requests begin at each arrival.
    public let requestsPerArrival: Int
    /// What its queries are judged by.
    public let load: LoadScenario?
    public let encoding: Encoding
    /// Bytes of the input as transmitted; `nil` where they follow from the network's input tensor.
    public let inputBytes: Int?
    /// What encoding and decoding it take.
    public let codec: Codec
    public let deadlineMilliseconds: Double?
    public let priority: Int
    /// What becomes of attempts that fail; `nil` where their requests do.
    public let recovery: Recovery?
    public let recoveryPosition: SourcePosition?

    init(from fields: inout FieldReader) {
      source = fields.reference("source", "the node at which requests begin; each of its machines gets the full rate")
      model = fields.reference("model", "the network that they ask for")
      let arrivals = fields.value("arrivals", "when requests begin", oneOf: [.kinds("arrivals", ArrivalKinds.all)])
      self.arrivals = arrivals.process
      arrivalsFile = arrivals.file
      requestsPerArrival = arrivals.requestsPerArrival
      load = arrivals.load
      (encoding, inputBytes, codec) = fields.section(
        "input", "the input as it is sent where the network does not run locally"
      ) {
        fields in
        let encoding = fields.choice(
          "encoding", default: Encoding.rawF32,
          "raw_f32 and raw_u8: the tensor's elements at 4 or 1 bytes; jpeg, custom: as many bytes as 'bytes' says")
        let bytes = fields.intIfPresent("bytes", in: 0...10_000_000_000, "bytes of one input")
        if bytes == nil, encoding == .jpeg || encoding == .custom, !fields.isPresent("bytes") {
          fields.error("an input encoded as '\(encoding.rawValue)' needs its 'bytes'", at: "encoding")
        }
        return (encoding, bytes, Codec(from: &fields))
      }
      deadlineMilliseconds = fields.doubleIfPresent(
        "deadline_ms", in: .positive(upTo: 1e12), "latency above which a request has missed its deadline")
      priority = fields.int(
        "priority", default: 0, in: -1_000_000...1_000_000,
        "on nodes with the scheduler 'priority', requests of a larger one go first")
      recovery = fields.objectIfPresent("recovery", "what becomes of attempts to have others compute that fail") {
        Recovery(from: &$0)
      }
      recoveryPosition = fields.position(of: "recovery")
    }
  }
}
