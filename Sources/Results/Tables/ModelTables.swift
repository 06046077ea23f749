struct ModelRow {
  var id: Int64
  var model: ModelDescription
}

struct LayerRow {
  var model: Int64
  var index: Int
  var layer: ModelDescription.Layer
}

struct PlacementRow {
  var id: Int64
  var source: Int64
  var model: Int64
  var placement: PlacementDescription
}

extension Tables {
  static let model = Table<ModelRow>(
    "model", "a network",
    [
      .key("model_id", "in the order of the scenario") { $0.id },
      .text("name", "its name in the scenario") { $0.model.name },
      .text("origin", "zoo, onnx or costs") { $0.model.origin },
      .integer("macs", "multiply-accumulates of one inference; 0 where only costs are known") { Int64($0.model.macs) },
      .integer("parameters", "weights; 0 where only costs are known") { Int64($0.model.parameters) },
      .integer("layers", "how many can be placed") { Int64($0.model.layers.count) },
    ])

  static let layer = Table<LayerRow>(
    "layer", "a layer that can be placed: a fused group of operators, or a row of a cost table",
    [
      .reference("model_id", to: "model", "the network") { $0.model },
      .integer("layer_index", "in topological order, from 0; indexes placement.layer_tiers") { Int64($0.index) },
      .text("name", "of the layer; cuts name it") { $0.layer.name },
      .text("operator", "what it computes") { $0.layer.operatorName },
      .integer("macs", "multiply-accumulates") { Int64($0.layer.macs) },
      .integer("parameters", "weights") { Int64($0.layer.parameters) },
      .integer("output_bytes", "of all its outputs") { Int64($0.layer.outputBytes) },
      .text("output_shape", "JSON array of the first output; empty where unknown") {
        "[" + $0.layer.outputShape.map(String.init).joined(separator: ",") + "]"
      },
    ],
    constraints: ["PRIMARY KEY (model_id, layer_index)"])

  static let placement = Table<PlacementRow>(
    "placement", "a distinct assignment of a source's layers to tiers",
    [
      .key("placement_id", "in the order of first use") { $0.id },
      .reference("source_id", to: "source", "whose requests") { $0.source },
      .reference("model_id", to: "model", "the network that is placed") { $0.model },
      .text("cut", "the layers whose outputs leave their tier") { $0.placement.cut },
      .integer("device_layers", "layers on the device, inputs not counted") { Int64($0.placement.deviceLayers) },
      .integer("edge_layers", "layers on edge nodes") { Int64($0.placement.edgeLayers) },
      .integer("cloud_layers", "layers in the cloud") { Int64($0.placement.cloudLayers) },
      .text("layer_tiers", "JSON array: the tier of each layer, counted along the path from the device, 0") {
        "[" + $0.placement.placement.tiers.map(String.init).joined(separator: ",") + "]"
      },
      .integer("boundary_tensors", "tensors that leave the tier they were made on") {
        Int64($0.placement.boundaryTensors)
      },
      .integer("boundary_bytes", "of these tensors, each once") { Int64($0.placement.boundaryBytes) },
      .optionalReal("planned_latency_ms", "of an isolated request; NULL where not planned") {
        $0.placement.plannedLatencyMilliseconds
      },
      .optionalReal("planned_device_energy_j", "of an isolated request") { $0.placement.plannedDeviceJoules },
      .optionalReal("optimum_latency_ms", "least planned latency of all placements of the source") {
        $0.placement.optimumLatencyMilliseconds
      },
      .optionalReal("optimum_device_energy_j", "least planned energy of all placements of the source") {
        $0.placement.optimumDeviceJoules
      },
    ])
}
