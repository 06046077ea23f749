import Inference
import RandomStreams

/// Networks of one operator, any that the engine has, with inputs and attributes that mostly fit but need not.
struct OperatorSoup {
  private let operators: [any Operator.Type]
  /// The attributes that each operator asks for, learnt by making it without any.
  private let attributes: [[String]]
  /// Operators, attributes and the texts that attributes may hold.
  let words: [String]

  private static let texts = [
    "SAME_UPPER", "SAME_LOWER", "VALID", "NOTSET", "nearest", "linear", "cubic", "constant", "reflect", "edge", "wrap",
    "none",
    "add", "mul", "forward", "reverse", "bidirectional", "tanh", "half_pixel", "align_corners", "asymmetric",
    "bilinear",
    "zeros", "border", "reflection", "bij,bjk->bik", "ij->", "", "avg", "max", "Tanh", "Sigmoid", "Relu", "DCR", "CRD",
    "floor",
    "tf_crop_and_resize", "min", "sum",
  ]

  init() throws {
    operators = OperatorRegistry.all
    attributes = operators.map { type in
      var names: Set<String> = []
      for opset in [7, 11, 13, 18, 23] {
        for attribute in [Attribute.int(1), .ints([1]), .string("nearest")] {
          // Known ones are asked for again with a value, so that those asked for after them are seen too.
          for _ in 0..<4 {
            var reader = AttributeReader(
              Dictionary(names.map { ($0, attribute) }, uniquingKeysWith: { $1 }), opset: opset, inputCount: 3)
            _ = try? type.init(from: &reader)
            names.formUnion(reader.known)
          }
        }
      }
      return names.sorted()
    }
    words = Array(Set(operators.map { $0.onnxName } + attributes.joined() + Self.texts)).sorted()
  }

  /// The bytes of an ONNX file.
  func makeCase(_ random: inout RandomStream) -> [UInt8] {
    let index = random.below(operators.count)
    let type = operators[index]
    var graph = WireTree(.graph)
    var node = WireTree(.node)
    let count = random.below(5) + (random.chance(90) ? 1 : 0)
    let shared = shape(&random)
    for input in 0..<count {
      if input > 0, random.chance(8) {
        node.add(1, text: "")
        continue
      }
      let name = "i\(input)"
      node.add(1, text: name)
      let shape = random.chance(50) ? shared : self.shape(&random)
      let elementType = random.chance(70) ? 1 : random.pick([1, 2, 3, 6, 7, 9, 10, 11, 16])
      if input == 0 || random.chance(40) {
        graph.add(11, .message(value(name, elementType, shape)))
      } else {
        graph.add(5, .message(constant(name, shape, &random)))
      }
    }
    let outputs = random.chance(80) ? 1 : 1 + random.below(3)
    for output in 0..<outputs {
      node.add(2, text: "o\(output)")
      var value = WireTree(.valueInfo)
      value.add(1, text: "o\(output)")
      graph.add(12, .message(value))
    }
    node.add(4, text: type.onnxName)
    if !type.domain.isEmpty { node.add(7, text: type.domain) }
    for name in attributes[index] where random.chance(35) { node.add(5, .message(attribute(name, &random))) }
    graph.add(1, .message(node))
    graph.add(2, text: "case")
    var model = WireTree(.model)
    model.add(1, int: 8)
    model.add(7, .message(graph))
    for domain in Set(["", type.domain]).sorted() {
      var opset = WireTree(.opset)
      opset.add(1, text: domain)
      opset.add(2, int: domain.isEmpty ? random.pick([7, 9, 11, 13, 17, 18, 19, 20, 21, 22, 23]) : 1)
      model.add(8, .message(opset))
    }
    return model.bytes
  }

  private func shape(_ random: inout RandomStream) -> [Int] {
    let rank = random.pick([0, 1, 1, 2, 2, 3, 3, 4, 4, 4, 5])
    return (0..<rank).map { _ in random.pick([0, 1, 1, 2, 2, 3, 4, 4, 5, 7, 8, 17]) }
  }

  private func value(_ name: String, _ elementType: Int, _ shape: [Int]) -> WireTree {
    var dimensions = WireTree(.shape)
    for size in shape {
      var dimension = WireTree(.dimension)
      dimension.add(1, int: size)
      dimensions.add(1, .message(dimension))
    }
    var tensorType = WireTree(.tensorType)
    tensorType.add(1, int: elementType)
    tensorType.add(2, .message(dimensions))
    var type = WireTree(.type)
    type.add(1, .message(tensorType))
    var value = WireTree(.valueInfo)
    value.add(1, text: name)
    value.add(2, .message(type))
    return value
  }

  /// Weights, or a short list of whole numbers such as shapes and axes are.
  private func constant(_ name: String, _ shape: [Int], _ random: inout RandomStream) -> WireTree {
    var tensor = WireTree(.tensor)
    let kind = random.below(4)
    let shape = kind == 0 ? shape : random.chance(20) ? [] : [random.below(6)]
    for size in shape { tensor.add(1, int: size) }
    let count = shape.reduce(1, *)
    var bytes: [UInt8] = []
    func append<Number: FixedWidthInteger>(_ number: Number) {
      withUnsafeBytes(of: number.littleEndian) { bytes += $0 }
    }
    switch kind {
    case 0, 1:
      tensor.add(2, int: 1)
      for _ in 0..<count { append((Float(random.below(64)) / 16 - 2).bitPattern) }
    case 2:
      let type = random.pick([2, 3, 9])
      tensor.add(2, int: type)
      for _ in 0..<count { append(UInt8(random.below(type == 9 ? 2 : 256))) }
    default:
      tensor.add(2, int: 7)
      for _ in 0..<count { append(Int64(random.chance(90) ? random.below(7) - 2 : ByteMutation.number(&random))) }
    }
    tensor.add(8, text: name)
    tensor.add(9, .bytes(bytes))
    return tensor
  }

  private func attribute(_ name: String, _ random: inout RandomStream) -> WireTree {
    var attribute = WireTree(.attribute)
    attribute.add(1, text: name)
    func number(_ random: inout RandomStream) -> Int {
      random.chance(90) ? random.below(6) - 1 : ByteMutation.number(&random)
    }
    switch kind(of: name, &random) {
    case 1:
      let value = random.pick([0, 0.5, 1, -1, 1e-5, 3e38, .infinity, .nan] as [Float])
      attribute.add(2, .fixed32((0..<4).map { UInt8(truncatingIfNeeded: value.bitPattern >> ($0 * 8)) }))
      attribute.add(20, int: 1)
    case 2:
      attribute.add(3, int: number(&random))
      attribute.add(20, int: 2)
    case 3:
      attribute.add(4, text: random.pick(Self.texts))
      attribute.add(20, int: 3)
    case 4:
      attribute.add(5, .message(constant("", shape(&random), &random)))
      attribute.add(20, int: 4)
    default:
      for _ in 0..<random.below(6) { attribute.add(8, int: number(&random)) }
      attribute.add(20, int: 7)
    }
    return attribute
  }

  /// The number of `AttributeProto.AttributeType` that the name suggests, or any.
  private func kind(of name: String, _ random: inout RandomStream) -> Int {
    if random.chance(10) { return random.pick([1, 2, 3, 4, 7]) }
    let kinds: [(word: String, kind: Int)] = [
      ("alpha", 1), ("beta", 1), ("epsilon", 1), ("gamma", 1), ("bias", 1), ("scale", 1), ("ratio", 1), ("mode", 3),
      ("auto_pad", 3), ("direction", 3), ("equation", 3), ("pads", 7), ("strides", 7), ("dilations", 7),
      ("kernel_shape", 7),
      ("axes", 7), ("perm", 7), ("split", 7), ("output_", 7), ("scales", 7), ("starts", 7), ("ends", 7),
      ("value_ints", 7),
      ("value", 4), ("activations", 3), ("reduction", 3), ("approximate", 3), ("transformation", 3),
    ]
    return kinds.first { name.contains($0.word) }?.kind ?? 2
  }
}
