import Scenarios
import Testing

@Suite("Marked files")
struct MarkedFileTests {
  @Test(
    "Everything that is wrong with a sample is told, each problem in its place",
    arguments: try MarkedFile.all(in: "Sample"))
  func samples(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(
      file.found(among: [Sample.kind.declaration, Sample.other.declaration]) == file.expected)
  }

  @Test(
    "Everything that is wrong with a cost profile is told, each problem in its place",
    arguments: try MarkedFile.all(in: "Profile"))
  func profiles(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(file.found(among: DocumentKindDeclaration.all) == file.expected)
  }

  @Test(
    "Everything that is wrong with a scenario is told, each problem in its place",
    arguments: try MarkedFile.all(in: "Storm"))
  func storms(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(file.found(among: DocumentKindDeclaration.all) == file.expected)
  }

  @Test(
    "Everything that is wrong with an inventory or a question of density is told",
    arguments: try MarkedFile.all(in: "Density"))
  func densities(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(file.found(among: DocumentKindDeclaration.all) == file.expected)
  }

  @Test(
    "Everything that is wrong with a sweep is told where the value stands",
    arguments: try MarkedFile.all(in: "Sweep"))
  func sweeps(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(file.found(among: DocumentKindDeclaration.all) == file.expected)
  }

  @Test(
    "Everything that is wrong with a comparison is told, each problem in its place",
    arguments: try MarkedFile.all(in: "Comparison"))
  func comparisons(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(file.found(among: DocumentKindDeclaration.all) == file.expected)
  }

  @Test(
    "Everything that is wrong with a migration is told, each problem in its place",
    arguments: try MarkedFile.all(in: "Migration"))
  func migrations(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(file.found(among: DocumentKindDeclaration.all) == file.expected)
  }

  @Test(
    "Everything that is wrong with a study of processes or of merging is told",
    arguments: try MarkedFile.all(in: "Processes") + MarkedFile.all(in: "Merging"))
  func processesAndMerging(file: MarkedFile) {
    #expect(!file.expected.isEmpty, "a bad file says what is wrong with it")
    #expect(file.found(among: DocumentKindDeclaration.all) == file.expected)
  }

  @Test("There are enough of them")
  func count() throws {
    let folders = ["Sample", "Profile", "Storm", "Sweep", "Comparison"]
    let files = try folders.map { try MarkedFile.all(in: $0).count }
    #expect(files[0] >= 30)
    #expect(files.reduce(0, +) >= 90)
  }
}
