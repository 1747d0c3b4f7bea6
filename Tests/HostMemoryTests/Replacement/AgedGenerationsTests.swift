import HostMemory
import Testing

@Suite("Generations that age when they are told to")
struct AgedGenerationsTests {
  @Test("A page that nobody accesses is one generation older with each ageing, down to the last")
  func idle() {
    var generations = AgedGenerations(frames: 4, pages: 8)
    for page in UInt32(0)..<4 { generations.access(page) }
    // What has just come in was accessed, but not since.
    var seen: [Int?] = [generations.generation(of: 0)]
    for _ in 0..<5 {
      generations.age()
      seen.append(generations.generation(of: 0))
    }
    #expect(seen == [3, 2, 1, 0, 0, 0])
  }

  @Test("One that was accessed since is in the youngest but one behind an ageing")
  func accessed() {
    var generations = AgedGenerations(frames: 4, pages: 8)
    for page in UInt32(0)..<4 { generations.access(page) }
    for _ in 0..<6 {
      generations.access(1)
      generations.age()
      #expect(generations.generation(of: 1) == 2)
    }
    #expect(generations.generation(of: 0) == 0)
  }

  @Test("Who has not been accessed for longest goes first, and all pages stay known")
  func evicted() {
    var generations = AgedGenerations(frames: 4, pages: 8)
    for page in UInt32(0)..<4 { generations.access(page) }
    for round in 0..<7 {
      for page in UInt32(0)..<4 where page != 2 { generations.access(page) }
      generations.age()
      #expect(generations.generation(of: 2) == max(2 - round, 0))
    }
    generations.access(5)
    #expect(generations.generation(of: 2) == nil)
    for page: UInt32 in [0, 1, 3, 5] { #expect(generations.generation(of: page) != nil) }
  }
}
