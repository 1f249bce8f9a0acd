/// The first of several numbers, as notes list them: `3, 7, 9, 12, 20, …`.
func firstNumbers(_ numbers: [Int]) -> String {
  let most = 5
  return (numbers.prefix(most).map(String.init) + (numbers.count > most ? ["…"] : [])).joined(separator: ", ")
}
