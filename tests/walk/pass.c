/*
 * A library with one function, whose frame has FRAME_BYTES.
 */
int pass(void (*function)(void));

int pass(void (*function)(void))
{
	volatile char bytes[FRAME_BYTES];

	bytes[0] = 0;
	function();
	return bytes[0];
}
