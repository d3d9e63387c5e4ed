package doctor

// What tests look at by itself.
var (
	JudgeTLS  = judgeTLS
	Latency   = latency
	ReadFrame = readFrame
	IsTwiML   = isTwiML
	Titles    = titles
)
