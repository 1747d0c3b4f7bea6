import Paging
import Testing

@Suite("Index permutations")
struct IndexPermutationTests {
  @Test("Every number has one place", arguments: [1, 2, 3, 4, 7, 100, 1023, 1024, 1025])
  func bijective(count: Int) {
    for seed: UInt64 in 0..<4 {
      let order = IndexPermutation(count: UInt64(count), seed: seed)
      let numbers = (0..<count).map { order[UInt64($0)] }
      #expect(numbers.sorted() == (0..<count).map { UInt64($0) })
      for (place, number) in numbers.enumerated() {
        #expect(order.place(of: number) == UInt64(place))
      }
    }
  }

  @Test("A large count is walked back and forth")
  func large() {
    let order = IndexPermutation(count: (1 << 52) + 12345, seed: 99)
    for place: UInt64 in 0..<1000 { #expect(order.place(of: order[place]) == place) }
  }

  @Test("The order is far from the numbers' own")
  func spread() {
    let count = 10_000
    let order = IndexPermutation(count: UInt64(count), seed: 1)
    // Neighbours stay neighbours about twice in a random order.
    let neighbours = (1..<count).count { order[UInt64($0)] &- order[UInt64($0 - 1)] == 1 }
    #expect(neighbours < 10)
  }
}
