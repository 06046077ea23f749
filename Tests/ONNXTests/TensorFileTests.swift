import Inference
import ONNX
import Testing

struct TensorFileTests {
  @Test(arguments: ElementType.allCases, [[], [0], [3], [2, 3, 1]])
  func everyTypeSurvivesWritingAndReading(type: ElementType, shape: [Int]) throws {
    let tensor = Tensor(zeros: type, shape: shape)
    // Elements of less than 8 bits have no more values.
    let limit = type == .bool ? 2 : type.bitsInFile < 8 ? 1 << (type.bitsInFile - 1) : 251
    for index in 0..<tensor.byteCount {
      tensor.bytes.storeBytes(of: UInt8(index * 7 % limit), toByteOffset: index, as: UInt8.self)
    }
    let folder = TemporaryFolder()
    try TensorFile.write(tensor, name: "a name", to: folder.path + "/t.pb")
    let (name, read) = try TensorFile.read(folder.path + "/t.pb")
    #expect(name == "a name")
    #expect(read.isIdentical(to: tensor))
  }

  @Test(arguments: [true, false])
  func typedFieldsArePackedOrOneByOne(isPacked: Bool) throws {
    func elements(_ type: Int, field: Int, _ values: [Int]) throws -> Tensor {
      var proto = ProtobufBytes.tensor(type, [values.count])
      if isPacked {
        proto = proto.bytes(field, values.flatMap { ProtobufBytes.varint(UInt64(bitPattern: Int64($0))) })
      } else {
        for value in values { proto = proto.int(field, value) }
      }
      return try TensorFile.decode(proto.bytes, source: "t").tensor
    }
    #expect(try elements(6, field: 5, [-1, 2_000_000_000]).elements(as: Int32.self) == [-1, 2_000_000_000])
    #expect(try elements(3, field: 5, [-128, 127]).elements(as: Int8.self) == [-128, 127])
    #expect(try elements(2, field: 5, [0, 255]).elements(as: UInt8.self) == [0, 255])
    #expect(try elements(5, field: 5, [-300, 300]).elements(as: Int16.self) == [-300, 300])
    #expect(try elements(4, field: 5, [65535]).elements(as: UInt16.self) == [65535])
    #expect(try elements(9, field: 5, [0, 1]).elements(as: UInt8.self) == [0, 1])
    #expect(try elements(10, field: 5, [0x3C00]).elements(as: UInt16.self) == [0x3C00])
    #expect(try elements(17, field: 5, [0x7F, 0x80]).elements(as: UInt8.self) == [0x7F, 0x80])
    #expect(try elements(7, field: 7, [.min, 5, .max]).elements(as: Int64.self) == [.min, 5, .max])
    #expect(try elements(12, field: 11, [4_000_000_000]).elements(as: UInt32.self) == [4_000_000_000])
    #expect(try elements(13, field: 11, [-1]).elements(as: UInt64.self) == [.max])
  }

  /// Two elements of 4 bits share a byte, the first in its low half; so they do in the typed field.
  @Test func smallElementsAreUnpacked() throws {
    for (type, expected) in [(22, [1, -1, -8]), (21, [1, 15, 8])] {
      for proto in [
        ProtobufBytes.tensor(type, [3]).bytes(9, [0xF1, 0x08]),
        ProtobufBytes.tensor(type, [3]).int(5, 0xF1).int(5, 0x08),
        ProtobufBytes.tensor(type, [3]).bytes(5, ProtobufBytes.varint(0xF1) + [0x08]),
      ] { #expect(try TensorFile.decode(proto.bytes, source: "t").tensor.integers() == expected) }
      let short = ProtobufBytes.tensor(type, [3]).bytes(9, [0xF1])
      #expect(throws: ModelError.self) { try TensorFile.decode(short.bytes, source: "t") }
      let few = ProtobufBytes.tensor(type, [3]).int(5, 0xF1)
      #expect(throws: ModelError.self) { try TensorFile.decode(few.bytes, source: "t") }
    }
  }

  @Test func floatsOneByOneAndInSeveralChunks() throws {
    let single = ProtobufBytes.tensor([2]).float(4, 1.5).float(4, -2)
    #expect(try TensorFile.decode(single.bytes, source: "t").tensor.elements(as: Float.self) == [1.5, -2])
    let chunk = ProtobufBytes.littleEndian(Float(1.5).bitPattern)
    let chunks = ProtobufBytes.tensor([3]).bytes(4, chunk + chunk).bytes(4, chunk)
    #expect(try TensorFile.decode(chunks.bytes, source: "t").tensor.elements(as: Float.self) == [1.5, 1.5, 1.5])
    let doubles = ProtobufBytes.tensor(11, [2]).double(10, 1.5).double(10, -2)
    #expect(try TensorFile.decode(doubles.bytes, source: "t").tensor.elements(as: Double.self) == [1.5, -2])
  }

  /// Wherever in the file the elements lie, they come out right.
  @Test func misalignedDataAreReadToo() throws {
    for padding in 1...9 {
      let proto = ProtobufBytes.floats([2], [1, 2], name: String(repeating: "n", count: padding))
      #expect(try TensorFile.decode(proto.bytes, source: "t").tensor.elements(as: Float.self) == [1, 2])
    }
  }

  @Test func dataThatDoNotFitTheShapeAreRefused() {
    func refuse(_ parts: String, _ proto: ProtobufBytes, at location: SourceLocation = #_sourceLocation) {
      expectRefusal("t.pb", parts, at: location) { _ = try TensorFile.decode(proto.bytes, source: "t.pb") }
    }
    refuse("8 bytes of data, but float32 [3] takes 12", .tensor([3]).bytes(9, [UInt8](repeating: 0, count: 8)))
    refuse("too large", .tensor([1 << 60, 1 << 60]).bytes(9, [0, 0, 0, 0]))
    refuse("too large", .tensor([1 << 60, 0]).bytes(9, []))
    refuse("too large", .tensor([.max]).bytes(4, []))
    refuse("negative", .tensor([-1]).bytes(9, []))
    refuse("the file holds fewer", .tensor([1 << 30]))
    refuse("the file holds fewer", .tensor(7, [1 << 30]).int(7, 1))
    refuse("4 bytes of data", .tensor([2]).bytes(4, [0, 0, 0, 0]))
    refuse("1 elements, but int64 [2] takes 2", .tensor(7, [2]).int(7, 1))
    refuse("3 elements, but int64 [2] takes 2", .tensor(7, [2]).bytes(7, [1, 2, 3]))
    refuse("not the one of", .tensor(7, [1]).int(5, 1))
    refuse("both", .floats([1], [1]).float(4, 1))
    refuse("given twice", .floats([1], [1]).bytes(9, [0, 0, 0, 0]))
    refuse("300 is not a value of int8", .tensor(3, [1]).int(5, 300))
    refuse("string is not supported", .tensor(8, [1]).string(6, "text"))
    refuse("float8e8m0 is not supported", .tensor(24, [2]).bytes(9, [0, 0]))
    refuse("unknown element type 99", .tensor(99, [1]))
    refuse("64 dimensions", .tensor([Int](repeating: 1, count: 65)))
    refuse("external data, which only", ProtobufBytes.tensor([1]).int(14, 1))
    refuse("in the middle", ProtobufBytes.tensor([1]).float(4, 1).bytes(4, [0, 0]))
  }

  @Test func damagedProtobufIsRefused() {
    func refuse(_ parts: String, _ bytes: [UInt8], at location: SourceLocation = #_sourceLocation) {
      expectRefusal("t.pb", parts, at: location) { _ = try TensorFile.decode(bytes, source: "t.pb") }
    }
    refuse("only 2 are left", ProtobufBytes().field(9, length: 100, [1, 2]).bytes)
    refuse("are left", ProtobufBytes().field(9, length: .max, [1, 2]).bytes)
    refuse("cut off", [0x08])
    refuse("cut off", [0x08, 0x80])
    refuse("cut off", ProtobufBytes().raw([4 << 3 | 5, 1, 2]).bytes)
    refuse("more than 64 bits", [0x08] + [UInt8](repeating: 0xFF, count: 10) + [1])
    refuse("more than 64 bits", [0x08] + [UInt8](repeating: 0xFF, count: 9) + [2])
    refuse("groups", [8 << 3 | 3, 8 << 3 | 4])
    refuse("wire type 7", [8 << 3 | 7])
    refuse("out of range", [0])
    refuse("field number", [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01])
    refuse("wire type", ProtobufBytes().string(2, "float").bytes)
    refuse("UTF-8", ProtobufBytes().bytes(8, [0xFF, 0xFE]).bytes)
  }

  @Test func whatIsNotAFileIsRefused() throws {
    let folder = TemporaryFolder()
    expectRefusal("cannot be opened") { _ = try TensorFile.read(folder.path + "/none.pb") }
    expectRefusal("not a regular file") { _ = try TensorFile.read(folder.path) }
    expectRefusal("not a regular file") { _ = try TensorFile.read("/dev/zero") }
    let empty = try folder.write([], "empty.pb")
    expectRefusal("is empty") { _ = try TensorFile.read(empty) }
    let tensor = Tensor(shape: [1], [1])
    expectRefusal("cannot be written") { try TensorFile.write(tensor, name: "", to: folder.path + "/no/such.pb") }
  }
}
