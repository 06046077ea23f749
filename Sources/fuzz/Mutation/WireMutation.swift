import RandomStreams

/// Damage to protobuf messages that leaves most of them well-formed, so that it reaches what is behind the parser.
struct WireMutation {
  /// The seed corpus.
  let seeds: [WireTree]
  /// Words that mean something, such as operators and attributes.
  let words: [[UInt8]]

  func makeCase(_ random: inout RandomStream) -> [UInt8] {
    var tree = random.pick(seeds)
    var texts = words
    tree.collectTexts(into: &texts)
    for _ in 0...random.below(4) { mutate(&tree, at: random.below(max(1, tree.size)), texts, &random) }
    var bytes = tree.bytes
    if random.chance(15) { ByteMutation.apply(to: &bytes, &random) }
    return bytes
  }

  /// Changes the field of that number, counted through all inner messages.
  private func mutate(_ tree: inout WireTree, at place: Int, _ texts: [[UInt8]], _ random: inout RandomStream) {
    var place = place
    for index in tree.fields.indices {
      if place == 0 { return change(&tree, index, texts, &random) }
      place -= 1
      guard case .message(var inner) = tree.fields[index].value else { continue }
      let size = inner.size
      if place < size {
        mutate(&inner, at: place, texts, &random)
        tree.fields[index].value = .message(inner)
        return
      }
      place -= size
    }
  }

  private func change(_ tree: inout WireTree, _ index: Int, _ texts: [[UInt8]], _ random: inout RandomStream) {
    switch random.below(10) {
    case 0: tree.fields.remove(at: index)
    case 1: tree.fields.insert(tree.fields[index], at: index)
    case 2: tree.fields.swapAt(index, random.below(tree.fields.count))
    case 3: tree.fields[index].number = 1 + random.below(25)
    case 4:
      // Something of the same place in another message.
      let other = random.pick(seeds)
      if let field = Self.fields(of: tree.kind, in: other).randomElement(using: &random) {
        tree.fields.insert(field, at: index)
      }
    default: tree.fields[index].value = changed(tree.fields[index].value, texts, &random)
    }
  }

  private func changed(_ value: WireTree.Value, _ texts: [[UInt8]], _ random: inout RandomStream) -> WireTree.Value {
    switch value {
    case .number(let number):
      if random.chance(40) { return .number(number &+ UInt64(bitPattern: Int64(random.below(5) - 2))) }
      return .number(UInt64(bitPattern: Int64(ByteMutation.number(&random))))
    case .fixed32:
      let bits = random.pick([0, 0x3F80_0000, 0xBF80_0000, 0x7F80_0000, 0xFF80_0000, 0x7FC0_0000, 1, 0x7F7F_FFFF])
      return .fixed32((0..<4).map { UInt8(truncatingIfNeeded: bits >> ($0 * 8)) })
    case .fixed64: return .fixed64((0..<8).map { _ in UInt8(random.below(256)) })
    case .bytes(var bytes):
      switch random.below(4) {
      case 0: ByteMutation.apply(to: &bytes, &random)
      case 1: bytes = []
      default:
        if bytes.count < 40, !texts.isEmpty {
          bytes = random.pick(texts)
        } else {
          ByteMutation.apply(to: &bytes, &random)
        }
      }
      return .bytes(bytes)
    case .message(let tree):
      // Nested in itself, or emptied.
      if tree.kind == .graph || random.chance(50) { return .message(WireTree(tree.kind)) }
      var outer = tree
      outer.add(random.below(20) + 1, .message(tree))
      return .message(outer)
    }
  }

  /// The fields of all messages of that kind.
  private static func fields(of kind: WireTree.Kind, in tree: WireTree) -> [WireTree.Field] {
    var result = tree.kind == kind ? tree.fields : []
    for field in tree.fields {
      if case .message(let inner) = field.value { result += fields(of: kind, in: inner) }
    }
    return result
  }
}
