import Inference
import StrictJSON

extension MeasuredLayers {
  /// Reads `layers` of a device profile; `nil` where it has none.
  init?(from fields: inout FieldReader) {
    let samples = fields.array("layers", required: false, "layers timed on the machine, from which others are told") {
      Sample(from: &$0)
    }
    if samples.isEmpty { return nil }
    self.init(samples)
  }

  var json: JSONValue { .array(samples.map(\.json)) }
}

extension MeasuredLayers.Sample {
  init(from fields: inout FieldReader) {
    let most = 1_000_000_000_000_000
    let kind = fields.string("kind", "what layers of like speed have in common, such as Conv 3x3/2")
    let costClass: CostClass = fields.choice("class", "the row of classes it belongs to")
    let macs = fields.int("macs", default: 0, in: 0...most, "multiply-accumulates")
    let input = fields.int("input_bytes", default: 0, in: 0...most, "bytes read that other layers made")
    let weights = fields.int("weight_bytes", default: 0, in: 0...most, "bytes of weights")
    let output = fields.int("output_bytes", default: 0, in: 0...most, "bytes written")
    let functions = fields.int(
      "functions", default: 0, in: 0...1000, "functions applied to its result, such as Sigmoid")
    networkBytes = fields.int("network_bytes", in: 0...most, "weights and outputs of all layers of its network")
    microseconds = fields.double("us", in: .nonNegative(upTo: 1e12), "its time")
    work = CostGraph.Work(
      macs: macs, bytes: input + weights + output, weightBytes: weights, outputBytes: output, costClass: costClass,
      kind: kind, functions: functions)
  }

  var json: JSONValue {
    .object([
      .init("kind", .string(work.kind)), .init("class", .string(work.costClass.rawValue)),
      .init("macs", .number(work.macs)), .init("input_bytes", .number(work.inputBytes)),
      .init("weight_bytes", .number(work.weightBytes)), .init("output_bytes", .number(work.outputBytes)),
      .init("functions", .number(work.functions)), .init("network_bytes", .number(networkBytes)),
      .init("us", .number(microseconds)),
    ])
  }
}
