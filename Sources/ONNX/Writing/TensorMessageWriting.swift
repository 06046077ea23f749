import Inference

extension WireMessage {
  /// A `TensorProto` with its elements in `raw_data`.
  ///
  /// Where the message is to begin at byte `start` of a file, spaces for documentation put the elements at a multiple
  /// of 64, so that readers can use them where they are.
  init(tensor: Tensor, name: String, startingAt start: Int? = nil) {
    self.init()
    for size in tensor.shape { add(1, int: size) }
    add(2, int: tensor.elementType.rawValue)
    if !name.isEmpty { add(8, string: name) }
    let packed = tensor.packedForFile()
    if let start {
      var elements = WireMessage()
      elements.add(9, elementsOf: packed)
      let keys = 2 + elements.byteCount - packed.byteCount
      add(12, string: String(repeating: " ", count: 63 - (start + byteCount + keys + 63) % 64))
    }
    add(9, elementsOf: packed)
  }

  /// A `ValueInfoProto`; where the type is known only at run time, with what was declared of it, if anything.
  init(valueNamed name: String, type: TensorType?, declared: DeclaredType? = nil) {
    self.init()
    add(1, string: name)
    guard let elementType = type?.elementType ?? declared?.elementType else { return }
    var tensorType = WireMessage()
    tensorType.add(1, int: elementType.rawValue)
    if let sizes = type.map({ $0.shape.map(Int?.some) }) ?? declared?.dimensions {
      var shape = WireMessage()
      for size in sizes {
        var dimension = WireMessage()
        if let size { dimension.add(1, int: size) }
        shape.add(1, message: dimension)
      }
      tensorType.add(2, message: shape)
    }
    var proto = WireMessage()
    proto.add(1, message: tensorType)
    add(2, message: proto)
  }

  /// An `AttributeProto`; `graphMessage` writes a sub-graph.
  init(attribute: Attribute, name: String, graphMessage: (Graph) -> WireMessage) {
    self.init()
    add(1, string: name)
    let kind: AttributeMessage.Kind
    switch attribute {
    case .int(let value):
      kind = .int
      add(3, int: value)
    case .float(let value):
      kind = .float
      add(2, float: value)
    case .string(let value):
      kind = .string
      add(4, string: value)
    case .tensor(let value):
      kind = .tensor
      add(5, message: WireMessage(tensor: value, name: ""))
    case .ints(let values):
      kind = .ints
      for value in values { add(8, int: value) }
    case .floats(let values):
      kind = .floats
      for value in values { add(7, float: value) }
    case .strings(let values):
      kind = .strings
      for value in values { add(9, string: value) }
    case .graph(let graph):
      kind = .graph
      add(6, message: graphMessage(graph))
    }
    add(20, int: kind.rawValue)
  }
}
