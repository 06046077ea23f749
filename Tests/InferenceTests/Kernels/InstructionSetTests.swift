import Inference
import Testing

struct InstructionSetTests {
  @Test func scalarIsAlwaysThere() { #expect(InstructionSet.available.first == .scalar) }

  @Test(arguments: InstructionSet.available)
  func aNameForcesItsInstructionSet(isa: InstructionSet) throws {
    #expect(try InstructionSet.selected(named: isa.rawValue) == isa)
    #expect(Kernels(for: isa).instructionSet == isa)
  }

  @Test func theBestIsTheDefault() throws {
    #expect(try InstructionSet.selected(named: nil) == InstructionSet.available.last)
    #expect(try InstructionSet.selected(named: "") == InstructionSet.available.last)
  }

  @Test(arguments: ["sse9", "AVX2", "avx2 "])
  func anUnknownNameIsAnError(name: String) {
    let error = #expect(throws: InstructionSetError.self) { try InstructionSet.selected(named: name) }
    #expect(error?.description.contains("'\(name)'") == true)
    #expect(error?.description.contains("scalar") == true)
  }
}
