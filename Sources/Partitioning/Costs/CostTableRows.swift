import StrictJSON

/// The fields of a cost table as they stand in the file, before names are resolved.
struct CostTableRows {
  struct Row {
    let name: String
    let inputs: [String]
    let outputBytes: Int
    let weightBytes: Int
    let pinned: String?
    /// `nil` where the row has no `ms`.
    let milliseconds: [NamedValue<Double>]?
    let batch: [NamedValue<(fixed: Double, perItem: Double)>]
    let namePosition: SourcePosition?
    let inputsPosition: SourcePosition?
    let pinnedPosition: SourcePosition?
    let timesPosition: SourcePosition?

    init(from fields: inout FieldReader) {
      name = fields.name("name", "the layer's name")
      inputs = fields.strings("inputs", default: [], "the layers whose outputs it reads; none makes it an input")
      outputBytes = fields.int("output_bytes", in: 0...1_000_000_000_000_000, "the size of its output")
      weightBytes = fields.int(
        "weight_bytes", default: 0, in: 0...1_000_000_000_000_000, "the size of its weights, for nodes with a memory")
      pinned = fields.stringIfPresent("pinned", "the tier it must stay on")
      let times = fields.numbersByName("ms", default: [], in: .nonNegative(upTo: 1e12), "compute time on each tier")
      milliseconds = fields.isPresent("ms") ? times : nil
      batch = fields.objectsByName("batch_ms", "time of a batch on each tier, in place of ms on a batching server") {
        let fixed = $0.double("fixed", in: .nonNegative(upTo: 1e12), "time of a batch whatever its size")
        return (fixed, $0.double("per_item", in: .nonNegative(upTo: 1e12), "time of each item of a batch"))
      }
      namePosition = fields.position(of: "name")
      inputsPosition = fields.position(of: "inputs")
      pinnedPosition = fields.position(of: "pinned")
      timesPosition = fields.position(of: "ms")
    }
  }

  struct Exit {
    let layer: String
    let accuracy: Double
    let probability: Double?
    let position: SourcePosition?

    init(from fields: inout FieldReader) {
      layer = fields.name("layer", "the layer whose result may be the answer")
      accuracy = fields.double("accuracy", in: .fraction, "the share of right answers among those given here")
      probability = fields.doubleIfPresent(
        "probability", in: .fraction,
        "the share of all samples that are sure enough here and not before; of the last exit what is left")
      position = fields.position(of: "layer")
    }
  }

  let exits: [Exit]
  let name: String?
  let tiers: [String]
  let power: [NamedValue<CostTable.Power>]
  let rows: [Row]
  let position: SourcePosition?
  let tiersPosition: SourcePosition?

  init(from fields: inout FieldReader) {
    _ = fields.int("offloadsim_costs", in: 1...1, "the version of the format")
    _ = fields.stringIfPresent("$schema", "for editors")
    name = fields.nameIfPresent("name", "the network's name")
    tiers = fields.strings("tiers", "the tiers in the order of the chain, the device first")
    power = fields.objectsByName("power_w", "each tier's power") { CostTable.Power(from: &$0) }
    rows = fields.array("layers", "the layers, in any order") { Row(from: &$0) }
    exits = fields.array("exits", required: false, "early exits in order, the last layer's at the end") {
      Exit(from: &$0)
    }
    position = fields.position
    tiersPosition = fields.position(of: "tiers")
  }
}
