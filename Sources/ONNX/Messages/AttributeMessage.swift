/// An `AttributeProto`.
struct AttributeMessage: Sendable {
  /// The raw values are ONNX's `AttributeProto.AttributeType`.
  enum Kind: Int {
    case float = 1
    case int = 2
    case string = 3
    case tensor = 4
    case graph = 5
    case floats = 6
    case ints = 7
    case strings = 8
    case tensors = 9
    case graphs = 10
    case sparseTensor = 11
    case sparseTensors = 12
    case typeInformation = 13
    case typeInformations = 14
  }

  var name = ""
  var kind: Kind
  var int = 0
  var float: Float = 0
  var string: ByteSlice?
  var tensor: TensorMessage?
  var graph: GraphMessage?
  var ints: [Int] = []
  var floats: [Float] = []
  var strings: [ByteSlice] = []

  /// Which kind of value each field number holds.
  private static let kinds: [Int: Kind] = [
    2: .float, 3: .int, 4: .string, 5: .tensor, 6: .graph, 7: .floats, 8: .ints, 9: .strings, 10: .tensors, 11: .graphs,
    14: .typeInformation, 15: .typeInformations, 22: .sparseTensor, 23: .sparseTensors,
  ]

  init(_ body: ByteSlice) throws {
    var reader = WireReader(body)
    var declared: Kind?
    var present: Kind?
    kind = .int
    while let field = try reader.next() {
      if let kind = Self.kinds[field.number] {
        guard present == nil || present == kind else { throw field.failure("an attribute with values of two types") }
        present = kind
      }
      switch field.number {
      case 1: name = try field.string()
      case 2: float = try field.float()
      case 3: int = try field.int()
      case 4: string = try field.bytes()
      case 5:
        try field.onlyOnce(tensor != nil)
        tensor = try TensorMessage(try field.bytes())
      case 6:
        try field.onlyOnce(graph != nil)
        graph = try GraphMessage(try field.bytes())
      case 7: try field.appendFloats(to: &floats)
      case 8: try field.appendInts(to: &ints)
      case 9: strings.append(try field.bytes())
      case 20:
        let number = try field.int()
        guard number == 0 || Kind(rawValue: number) != nil else {
          throw field.failure("unknown attribute type \(number)")
        }
        declared = Kind(rawValue: number)
      case 21: throw field.unsupported("an attribute that refers to one of a function is not supported")
      default: break
      }
    }
    func failure(_ what: String) -> ModelError {
      ModelError(
        file: body.source.name,
        "not a valid ONNX file: attribute \(name.quoted) at byte \(body.range.lowerBound) \(what)")
    }
    guard !name.isEmpty else { throw failure("has no name") }
    // Models of before 2017 do not declare the type; later ones may leave out a value that is zero or empty.
    guard let kind = declared ?? present else { throw failure("has no value") }
    guard present == nil || present == kind else { throw failure("is declared with another type than it has") }
    if kind == .tensor, tensor == nil { throw failure("has no value") }
    if kind == .graph, graph == nil { throw failure("has no value") }
    self.kind = kind
  }
}
